import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BatchWorld, prompts } from '../../support/batch-world';
import type { ParentInput } from '../../support/fixtures/parent-workflow';
import { untilState } from '../../support/life-stories';
import { replayQueue, workflowBundle } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const PARENT_PATH = join(__dirname, '../../support/fixtures/parent-workflow.ts');

describe('the parent of a run', () => {
  it.concurrent.each(['fails', 'continues as new', 'is terminated'] as const)(
    'that %s has the run cancelled, and its job with it',
    async (end) => {
      const world = await BatchWorld.create({
        emulator: { scenario: { durations: { JOB_STATE_RUNNING: 60_000 } } },
        worker: { workflowBundle: await workflowBundle(PARENT_PATH) },
      });
      try {
        await world.put('gs://acme/in/prompts.jsonl', prompts(5));
        const { workflowId: childId = '', ...request } = world.request();
        const input = { request, childId, end: end === 'is terminated' ? 'waits' : end } as ParentInput;
        const handle = await world.temporal.client.workflow.start('parent', {
          workflowId: `${childId}-parent`,
          taskQueue: world.taskQueue,
          args: [input],
        });
        const child = world.client.run(childId);
        await waitFor(() => world.paidJobs().length === 1, { what: 'the child’s job', timeoutMs: 20_000 });
        await untilState(child, 'JOB_STATE_RUNNING');
        await (end === 'is terminated' ? handle.terminate('gone') : handle.signal('end'));
        await expect(child.result()).rejects.toMatchObject({ closed: { outcome: 'cancelled', rows: { input: 5 } } });
        expect(world.paidJobs()).toMatchObject([{ state: 'JOB_STATE_CANCELLED' }]);
        await world.temporal.client.workflow
          .getHandle(`${childId}-parent`)
          .terminate('test is over')
          .catch(() => {});
      } finally {
        await world.close();
      }
      await replayQueue(world.temporal.client, world.taskQueue, PARENT_PATH);
    },
  );
});
