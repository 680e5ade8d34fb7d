import { afterEach, describe, expect, it } from 'vitest';
import { VertexBatchClient } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import { VertexBatchPlugin } from '../../../src/plugin';
import { startEmulator, type AnswerRow, type TestEmulator } from '../../../src/testing';
import { WORKFLOWS_PATH, prompts } from '../../support/batch-world';
import { workflowBundle } from '../../support/replay';
import { testEnvironment, uniqueTaskQueue, withWorker } from '../../support/temporal';

let emulator: TestEmulator | undefined;

afterEach(() => emulator?.close());

function answer({ key }: AnswerRow) {
  if (key === 'p-1') return { blockReason: 'SAFETY' };
  if (key === 'p-2') return { status: 400 };
  return `the answer to ${String(key)}`;
}

describe('a batch against startEmulator', () => {
  it('runs from rows that were put to rows that can be read, with the plugin options as they are', async () => {
    emulator = await startEmulator({ answer });
    const { client, namespace } = await testEnvironment();
    const taskQueue = uniqueTaskQueue('user-test');
    const texts = new Map<string, string>();
    const collect = defineHandler({
      handle(rows) {
        for (const row of rows) texts.set(row.key, row.text);
      },
    });
    const worker = {
      taskQueue,
      workflowBundle: await workflowBundle(WORKFLOWS_PATH),
      plugins: [new VertexBatchPlugin({ ...emulator.pluginOptions, handlers: { collect } })],
    };
    await emulator.put('gs://acme/in.jsonl', prompts(20));

    const result = await withWorker(worker, async () => {
      const batches = new VertexBatchClient(client, { taskQueue });
      const run = await batches.start({
        workflowId: `${taskQueue}-run`,
        project: namespace,
        location: 'us-central1',
        model: 'gemini-2.5-flash',
        input: 'gs://acme/in.jsonl',
        output: 'gs://answers/',
        handler: 'collect',
      });
      return await run.result();
    });

    expect(result.rows).toEqual({ input: 20, answered: 18, blocked: 1, failed: 1, missing: 0 });
    expect(texts.size).toBe(18);
    expect(texts.get('p-0')).toBe('the answer to p-0');
    expect(await emulator.rows(result.results.uri)).toHaveLength(18);
    expect(emulator.jobs()).toHaveLength(1);
  });
});
