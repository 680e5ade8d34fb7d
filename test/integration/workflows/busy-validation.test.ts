import { afterAll, describe, expect, it } from 'vitest';
import { VertexBatchCancelledError } from '../../../src/client';
import type { Scenario } from '../../../src/emulator/scenario';
import { prompt, prompts, WORKFLOWS_PATH, type BatchWorld } from '../../support/batch-world';
import { inCrashWorld } from '../../support/crash-world';
import { booksOf, exactBooks } from '../../support/exact-books';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS_OF_A_RANGE = 10_000;
const RANGES = 64;

/** Jobs run until they are let go. The first ranges of the large input come as fast as they are taken; each of the others lasts a minute, four at a time. */
const SCENARIO: Scenario = {
  transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }],
  faults: [
    {
      call: 'storage.read',
      path: 'large.jsonl',
      skip: 40,
      times: RANGES,
      fault: { kind: 'slow', bytesPerSecond: 1_000_000 },
    },
  ],
};

/** 4 GB: the rows of one range, laid end to end without a copy. */
async function putLarge(world: BatchWorld): Promise<void> {
  const text = 'A page of somebody’s book. '.repeat(220);
  await world.put(
    'gs://acme/in/range.jsonl',
    Array.from({ length: ROWS_OF_A_RANGE }, (_, row) => prompt(`p-${row}`, text)),
  );
  const { blobs } = world.emulator;
  const range = blobs.get('acme', 'in/range.jsonl')!;
  blobs.compose(
    'acme',
    'in/large.jsonl',
    Array.from({ length: RANGES }, () => range),
  );
}

describe('a worker that validates a large input', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it('goes on with what else it has to do, and hears a cancel', { timeout: 180_000 }, async () => {
    await inCrashWorld({ scenario: SCENARIO }, async (crash, world) => {
      await world.put('gs://acme/in/small.jsonl', prompts(20));
      await putLarge(world);
      crash.startWorker();
      const small = await world.start({ input: 'gs://acme/in/small.jsonl', handler: 'note' });
      await untilState(small, 'JOB_STATE_RUNNING');
      const large = await world.start({ input: 'gs://acme/in/large.jsonl' });
      await waitFor(() => validatedRanges(world) > 0, { what: 'a range to be validated', timeoutMs: 60_000 });

      world.emulator.control(world.paidJobs()[0]!.name, 'JOB_STATE_SUCCEEDED');
      expect(await booksOf(world, await small.result())).toEqual(exactBooks(20));
      expect(crash.handed()).toHaveLength(20);

      expect(await large.status()).toMatchObject({ phase: 'validating' });
      await world.temporal.client.workflow.getHandle(large.workflowId).cancel();
      await expect(large.result()).rejects.toBeInstanceOf(VertexBatchCancelledError);
      expect(validatedRanges(world)).toBeLessThan(RANGES);
      expect(world.paidJobs()).toHaveLength(1);
    });
  });
});

/** How many ranges of the large input have left a record; the small one has one. */
function validatedRanges(world: BatchWorld): number {
  const names = [...world.emulator.blobs.list('acme', 'out/')].map(({ name }) => name);
  return names.filter((name) => /\/validate\/\w+\/\d+\.json$/.test(name)).length - 1;
}
