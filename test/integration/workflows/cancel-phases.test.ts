import { afterAll, describe, expect, it } from 'vitest';
import { VertexBatchCancelledError, type VertexBatchRun } from '../../../src/client';
import type { Scenario } from '../../../src/emulator/scenario';
import { CANCEL_BATCH } from '../../../src/messages';
import { BatchWorld, padded, prompts, ROWS_OF_A_RANGE, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilAttention, untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const RUNS_LONG: Scenario = { durations: { JOB_STATE_RUNNING: 60_000 } };

describe('cancelling a run', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function inWorld(scenario: Scenario, use: (world: BatchWorld) => Promise<void>, workers = 1): Promise<void> {
    const world = await BatchWorld.create({ emulator: { scenario }, workers });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(10));
      await use(world);
    } finally {
      await world.close();
    }
  }

  it.concurrent('before a worker has taken it spends nothing', async () => {
    await inWorld(
      {},
      async (world) => {
        const run = await world.start();
        await run.cancel({ reason: 'changed my mind', wait: false });
        await world.startWorker();
        const result = await run.result();
        expect(result).toMatchObject({
          outcome: 'cancelled',
          reason: { message: expect.stringContaining('changed my mind') as string },
        });
        expect(world.paidJobs()).toHaveLength(0);
      },
      0,
    );
  });

  it.concurrent('while it reads the input spends nothing', async () => {
    const stalls: Scenario = {
      faults: [{ call: 'storage.read', path: 'prompts.jsonl', times: 5, fault: { kind: 'stall' } }],
    };
    await inWorld(stalls, async (world) => {
      const run = await world.start();
      await waitFor(async () => (await run.status()).phase === 'validating', {
        what: 'the run to validate',
        timeoutMs: 20_000,
      });
      const result = await run.cancel();
      expect(result.outcome).toBe('cancelled');
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('in the middle of a range is heard at once, and nothing is created', { timeout: 60_000 }, async () => {
    // the rest of the range takes half a minute
    const slow: Scenario = {
      faults: [{ call: 'storage.read', path: 'b.jsonl', fault: { kind: 'slow', bytesPerSecond: 1_000_000 } }],
    };
    await inWorld(slow, async (world) => {
      const rows = prompts(2 * ROWS_OF_A_RANGE).map((row) => padded(row, 1_000_000));
      await world.put('gs://acme/in/a.jsonl', rows.slice(0, ROWS_OF_A_RANGE));
      await world.put('gs://acme/in/b.jsonl', rows.slice(ROWS_OF_A_RANGE));
      const run = await world.start({ input: ['gs://acme/in/a.jsonl', 'gs://acme/in/b.jsonl'] });
      await waitFor(
        async () => {
          const { pending } = await run.status();
          return pending.length === 1 && validatedRanges(world).length === 1;
        },
        { what: 'one range to be validated, the other to be read', timeoutMs: 30_000 },
      );
      const cancelledAt = performance.now();
      await world.temporal.client.workflow.getHandle(run.workflowId).cancel();
      expect(await rejectionOf(run)).toBeInstanceOf(VertexBatchCancelledError);
      expect(performance.now() - cancelledAt).toBeLessThan(10_000);
      const { status } = await world.temporal.client.workflow.getHandle(run.workflowId).describe();
      expect(status.name).toBe('CANCELLED');
      expect(world.emulator.calls().filter(({ call }) => call === 'create')).toEqual([]);
      expect(namesBelowOutput(world).filter((name) => /\/(claims|staged|results)\//.test(name))).toEqual([]);
      expect(validatedRanges(world)).toHaveLength(1);
    });
  });

  it.concurrent('between two attempts on a storage that is out of order spends nothing', async () => {
    const outage: Scenario = {
      faults: [{ call: 'storage.read', path: 'prompts.jsonl', times: 1_000, fault: { kind: 'status', status: 503 } }],
    };
    await inWorld(outage, async (world) => {
      const run = await world.start();
      await waitFor(async () => (await run.status()).pending.some((step) => step.attempt > 1), {
        what: 'a second attempt to read the input',
        timeoutMs: 30_000,
      });
      const result = await run.cancel();
      expect(result).toMatchObject({ outcome: 'cancelled', reason: { type: 'CancelRequested' } });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('while the create is under way sees the job through', async () => {
    await inWorld(
      { ...RUNS_LONG, faults: [{ call: 'create', fault: { kind: 'slow', bytesPerSecond: 2_000 } }] },
      async (world) => {
        const run = await world.start();
        await waitFor(() => world.paidJobs().length === 1, { what: 'the create to arrive', timeoutMs: 20_000 });
        const result = await run.cancel();
        expect(result.outcome).toBe('cancelled');
        expect(result.jobs).toMatchObject([{ state: 'JOB_STATE_CANCELLED' }]);
      },
    );
  });

  it.concurrent('in the queue ends the job at the service', async () => {
    await inWorld({ durations: { JOB_STATE_PENDING: 60_000 } }, async (world) => {
      const run = await world.start();
      await untilState(run, 'JOB_STATE_PENDING');
      const result = await run.cancel();
      expect(result).toMatchObject({ outcome: 'cancelled', rows: { input: 10, missing: 10 } });
      expect(world.paidJobs()[0]?.state).toBe('JOB_STATE_CANCELLED');
    });
  });

  it.concurrent('while the job is paused ends it', async () => {
    const paused: Scenario = {
      transitions: [{ state: 'JOB_STATE_PENDING' }, { state: 'JOB_STATE_PAUSED', hold: true }],
    };
    await inWorld(paused, async (world) => {
      const run = await world.start();
      await untilAttention(run, 'JobPaused');
      const result = await run.cancel();
      expect(result.outcome).toBe('cancelled');
      expect(world.paidJobs()[0]?.state).toBe('JOB_STATE_CANCELLED');
    });
  });

  it.concurrent('twice keeps the first reason', async () => {
    await inWorld(RUNS_LONG, async (world) => {
      const run = await world.start();
      await untilState(run, 'JOB_STATE_RUNNING');
      await run.cancel({ reason: 'first', wait: false });
      const result = await run.cancel({ reason: 'second' });
      expect(result.reason?.message).toContain('first');
    });
  });

  it.concurrent('without salvage collects nothing', async () => {
    await inWorld({ durations: { JOB_STATE_RUNNING: 600 } }, async (world) => {
      const run = await world.start();
      await untilState(run, 'JOB_STATE_RUNNING');
      const result = await run.cancel({ salvage: false });
      expect(result).toMatchObject({ outcome: 'cancelled', rows: { input: 10, answered: 0, missing: 10 } });
    });
  });

  it.concurrent('by update answers with the jobs once the service has ended them', async () => {
    await inWorld(RUNS_LONG, async (world) => {
      const run = await world.start();
      await untilState(run, 'JOB_STATE_RUNNING');
      const handle = world.temporal.client.workflow.getHandle(run.workflowId);
      const jobs = await handle.executeUpdate<readonly { state: string }[], [object]>(CANCEL_BATCH, {
        args: [{ reason: 'by update' }],
      });
      expect(jobs).toMatchObject([{ state: 'JOB_STATE_CANCELLED' }]);
      await run.result();
    });
  });

  it.concurrent('of a finished run gives its result', async () => {
    await inWorld({}, async (world) => {
      const run = await world.start();
      const result = await run.result();
      expect(await run.cancel()).toEqual(result);
    });
  });

  it.concurrent('by handle.cancel() closes as Canceled and shows what it had', async () => {
    await inWorld(RUNS_LONG, async (world) => {
      const run = await world.start();
      await untilState(run, 'JOB_STATE_RUNNING');
      await world.temporal.client.workflow.getHandle(run.workflowId).cancel();
      const error = await rejectionOf(run);
      expect(error).toBeInstanceOf(VertexBatchCancelledError);
      expect((error as VertexBatchCancelledError).closed).toMatchObject({ outcome: 'cancelled', rows: { input: 10 } });
      expect(await world.read((error as VertexBatchCancelledError).closed?.manifest ?? 'none')).toContain(
        '"cancelled"',
      );
    });
  });

  it.concurrent('of a job that will not end shows it, and closes at the deadline of the run naming the job', async () => {
    await inWorld({ ...RUNS_LONG, cancel: { ms: 60_000 } }, async (world) => {
      const run = await world.start({ deadlines: { cancelling: 100, run: '6s' } });
      await untilState(run, 'JOB_STATE_RUNNING');
      await run.cancel({ wait: false });
      await untilAttention(run, 'CancelUnconfirmed');
      const result = await run.result();
      expect(result).toMatchObject({ outcome: 'cancelled', jobs: [{ state: 'JOB_STATE_CANCELLING' }] });
    });
  });
});

async function rejectionOf(run: VertexBatchRun): Promise<unknown> {
  try {
    return await run.result();
  } catch (error) {
    return error;
  }
}

function namesBelowOutput(world: BatchWorld): string[] {
  return [...world.emulator.blobs.list('acme', 'out/')].map(({ name }) => name);
}

/** Names of the records that ranges leave. */
function validatedRanges(world: BatchWorld): string[] {
  return namesBelowOutput(world).filter((name) => /\/validate\/\w+\/\d+\.json$/.test(name));
}
