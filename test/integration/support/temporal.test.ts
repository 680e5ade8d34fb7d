import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { greeting, nameGiven } from '../../support/fixtures/greeting-workflow';
import { replayAll, replayQueue, replayStarted, workflowBundle } from '../../support/replay';
import { startedWorkflows } from '../../support/started-workflows';
import { testEnvironment, uniqueTaskQueue, withWorker } from '../../support/temporal';

const workflowsPath = join(__dirname, '../../support/fixtures/greeting-workflow.ts');
const changedWorkflowsPath = join(__dirname, '../../support/fixtures/changed-greeting-workflow.ts');

describe('the shared Temporal server', () => {
  it.each([
    ['on', 100],
    ['off', 0],
  ])('runs a workflow with the cache %s', async (_, maxCachedWorkflows) => {
    const { client } = await testEnvironment();
    const taskQueue = uniqueTaskQueue('greeting');
    const workflowBundleOfGreeting = await workflowBundle(workflowsPath);
    const workerOptions = { taskQueue, workflowBundle: workflowBundleOfGreeting, maxCachedWorkflows };
    const result = await withWorker(workerOptions, async () => {
      const handle = await client.workflow.start(greeting, { taskQueue, workflowId: randomUUID() });
      await handle.signal(nameGiven, 'World');
      return handle.result();
    });
    expect(result).toBe('Hello, World');
  });

  it('notes a workflow that a signal started, and finds it by its task queue', async () => {
    const { client } = await testEnvironment();
    const taskQueue = uniqueTaskQueue('greeting');
    const workflowId = randomUUID();
    await withWorker({ taskQueue, workflowsPath }, async () => {
      const handle = await client.workflow.signalWithStart(greeting, {
        taskQueue,
        workflowId,
        signal: nameGiven,
        signalArgs: ['World'],
      });
      await handle.result();
    });
    expect(startedWorkflows().map((run) => run.workflowId)).toContain(workflowId);
    expect(await replayQueue(client, taskQueue, workflowsPath)).toBe(1);
    await expect(replayQueue(client, taskQueue, changedWorkflowsPath)).rejects.toThrow(workflowId);
    await expect(replayQueue(client, 'nobodys', workflowsPath)).rejects.toThrow('nobodys had no run');
  });

  it('replays everything that this file started', async () => {
    const { client } = await testEnvironment();
    expect(await replayStarted(client, workflowsPath)).toBe(3);
  });

  it('names the run whose history no longer fits the code', async () => {
    const { client } = await testEnvironment();
    const [run] = startedWorkflows();
    await expect(replayAll(client, [run!], changedWorkflowsPath)).rejects.toThrow(run!.workflowId);
  });
});
