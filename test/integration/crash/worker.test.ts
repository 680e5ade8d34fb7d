import { afterAll, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import type { ValidationProblem } from '../../../src/domain/validation-problem';
import type { ProcessedRecord } from '../../../src/rows/records';
import { padded, prompts, ROWS_OF_A_RANGE, WORKFLOWS_PATH, type BatchWorld } from '../../support/batch-world';
import { inCrashWorld, type CrashWorld } from '../../support/crash-world';
import { EmulatedTables } from '../../support/emulated-tables';
import { booksOf, exactBooks, keysOf } from '../../support/exact-books';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

/** An activity of a killed worker is missed after its heartbeat timeout, a minute for what goes through data. */
const KILLED = { timeout: 180_000 };

/** No answer to the create within the time that a kill takes, however loaded the machine is. */
const SLOW_SUBMIT = { timeouts: { submit: '40s' } } as const;

describe('a worker that dies', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent('in the middle of validating, leaves its range to another', KILLED, async () => {
    const scenario = { faults: [{ call: 'storage.read', path: 'prompts.jsonl', fault: { kind: 'stall' } }] } as const;
    await inCrashWorld({ scenario }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 200);
      await waitFor(() => stalledReads(world) > 0, { what: 'a read of the input that stalls', timeoutMs: 60_000 });
      await first.end('SIGKILL');
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(200));
      expect(crash.handedKeys()).toEqual(keysOf(200));
    });
  });

  it.concurrent('between ranges of validation, has none of those read again that had ended', KILLED, async () => {
    const scenario = { faults: [{ call: 'storage.read', path: 'c.jsonl', fault: { kind: 'stall' } }] } as const;
    await inCrashWorld({ scenario, plugin: { timeouts: { heartbeat: '20s' } } }, async (crash, world) => {
      const rows = prompts(3 * ROWS_OF_A_RANGE);
      for (const [ordinal, name] of ['a', 'b', 'c'].entries()) {
        const [first, ...others] = rows.slice(ordinal * ROWS_OF_A_RANGE, (ordinal + 1) * ROWS_OF_A_RANGE);
        const lines = [...others, withRareFile(first!)].map((row) => padded(row, 1_000_000));
        await world.put(`gs://acme/in/${name}.jsonl`, lines);
      }
      const first = crash.startWorker();
      const run = await world.start({ handler: 'note' });
      await oneRangeLeft(run, world, 'vertexBatchValidateRange');
      await first.end('SIGKILL');
      expect(inputReads(world)).toEqual({ a: 1, b: 1, c: 1 });
      crash.startWorker();
      const result = await run.result();
      expect(await booksOf(world, result)).toEqual(exactBooks(rows.length));
      expect(inputReads(world)).toEqual({ a: 1, b: 1, c: 2 });
      expect(result.validation).toMatchObject({ errors: 0, warnings: 3 });
      const told = await world.readRows<ValidationProblem | object>(`${result.directory}validation.jsonl`);
      const problems = told.filter((line): line is ValidationProblem => 'rule' in line);
      expect(problems.map(({ uri, line, rule }) => `${uri}:${line} ${rule}`)).toEqual(
        ['a', 'b', 'c'].map((name) => `gs://acme/in/${name}.jsonl:${ROWS_OF_A_RANGE} mime-type`),
      );
    });
  });

  it.concurrent('in a create that the service accepted, pays for one job', KILLED, async () => {
    const scenario = { faults: [{ call: 'create', fault: { kind: 'lost-answer', as: 'stall' } }] } as const;
    await inCrashWorld({ scenario, plugin: SLOW_SUBMIT }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 30);
      await createInFlight(world);
      await first.end('SIGKILL');
      expect(world.paidJobs()).toHaveLength(1);
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(30));
      expect(crash.handedKeys()).toEqual(keysOf(30));
      expect(createCalls(world)).toHaveLength(1);
    });
  });

  it.concurrent('in a create that never reached the service, asks before it sends another', KILLED, async () => {
    const scenario = { faults: [{ call: 'create', fault: { kind: 'stall' } }] } as const;
    await inCrashWorld({ scenario, plugin: { timeouts: { submit: '10s' } } }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 30);
      await createInFlight(world);
      await first.end('SIGKILL');
      expect(world.paidJobs()).toHaveLength(0);
      crash.startWorker();
      await waitFor(async () => (await run.status()).attention?.type === 'SubmissionUnknown', {
        what: 'the run to ask an operator',
        timeoutMs: 60_000,
      });
      await run.resubmit();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(30));
      expect(crash.handedKeys()).toEqual(keysOf(30));
    });
  });

  it.concurrent('while the job runs, misses nothing of an end that nobody saw', KILLED, async () => {
    const scenario = {
      transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }],
    } as const;
    await inCrashWorld({ scenario, plugin: { polling: { initial: 1_000, max: 2_000 } } }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 30);
      await betweenLooks(run);
      await first.end('SIGKILL');
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(30));
      expect(crash.handedKeys()).toEqual(keysOf(30));
    });
  });

  it.concurrent('in the middle of collecting, loses no row and shows none twice', KILLED, async () => {
    const scenario = {
      output: { files: 4 },
      faults: [{ call: 'storage.read', path: 'predictions', fault: { kind: 'stall' } }],
    } as const;
    await inCrashWorld({ scenario }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 200);
      await oneRangeLeft(run, world, 'vertexBatchCollectRange');
      await first.end('SIGKILL');
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(200));
      expect(crash.handedKeys()).toEqual(keysOf(200));
    });
  });

  it.concurrent('while the table of a job is read, loses no row and shows none twice', KILLED, async () => {
    const scenario = { faults: [{ call: 'bigquery.read', fault: { kind: 'stall' } }] } as const;
    await inCrashWorld({ scenario }, async (crash, world) => {
      await new EmulatedTables(world.emulator).addDataset('acme', 'answers');
      const first = crash.startWorker();
      const run = await startWith(world, 200, { output: 'bq://acme.answers', workspace: 'gs://acme/out/' });
      await waitFor(() => stalledReads(world, 'bigquery.read') > 0, {
        what: 'a read of the table that stalls',
        timeoutMs: 60_000,
      });
      await first.end('SIGKILL');
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(200));
      expect(crash.handedKeys()).toEqual(keysOf(200));
    });
  });

  it.concurrent('in the middle of processing, goes on behind the last checkpoint', KILLED, async () => {
    await inCrashWorld({ handlerMs: 600 }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 300);
      const checkpoint = await firstCheckpoint(world);
      await first.end('SIGKILL');
      const handedByFirst = crash.handed().length;
      expect(handedByFirst).toBeLessThan(300);
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(300));
      const handed = crash.handed();
      expect([...new Set(handed.map(({ key }) => key))].toSorted()).toEqual(keysOf(300));
      expect(handed.length - 300).toBeLessThanOrEqual(handedByFirst - checkpoint.processed);
      expect(repeatsOf(crash).filter(({ mayRepeat }) => !mayRepeat)).toEqual([]);
    });
  });

  it.concurrent('by SIGTERM in the middle of processing, hands every row out once', KILLED, async () => {
    await inCrashWorld({ handlerMs: 300 }, async (crash, world) => {
      const first = crash.startWorker();
      const run = await startWith(world, 200);
      await waitFor(() => crash.handed().length >= 50, { what: 'the handler to have 50 rows', timeoutMs: 60_000 });
      await expect(first.end('SIGTERM')).resolves.toBe(0);
      expect(crash.handed().length).toBeLessThan(200);
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(200));
      expect(crash.handedKeys()).toEqual(keysOf(200));
    });
  });
});

async function startWith(
  world: BatchWorld,
  rows: number,
  request: Parameters<BatchWorld['start']>[0] = {},
): Promise<VertexBatchRun> {
  await world.put('gs://acme/in/prompts.jsonl', prompts(rows));
  return await world.start({ handler: 'note', ...request });
}

function createCalls(world: BatchWorld) {
  return world.emulator.calls().filter(({ call }) => call === 'create');
}

function stalledReads(world: BatchWorld, what: 'storage.read' | 'bigquery.read' = 'storage.read'): number {
  return world.emulator.calls().filter(({ call, status }) => call === what && status === undefined).length;
}

async function createInFlight(world: BatchWorld): Promise<void> {
  await waitFor(() => createCalls(world).some(({ status }) => status === undefined), {
    what: 'a create without an answer',
    timeoutMs: 60_000,
  });
}

/** The server sleeps until the next look: no attempt is under way. */
async function betweenLooks(run: VertexBatchRun): Promise<void> {
  await waitFor(
    async () => {
      const { jobs, pending } = await run.status();
      const next = Date.parse(pending[0]?.nextAttemptTime ?? '');
      return jobs[0]?.state === 'JOB_STATE_RUNNING' && next - Date.now() > 300;
    },
    { what: 'a run that sleeps until its next look at a running job', timeoutMs: 60_000 },
  );
}

async function oneRangeLeft(run: VertexBatchRun, world: BatchWorld, activity: string): Promise<void> {
  await waitFor(
    async () => {
      const { pending } = await run.status();
      return stalledReads(world) > 0 && pending.length === 1 && pending[0]?.activity === activity;
    },
    { what: 'ranges that have ended, and one whose read has stalled', timeoutMs: 60_000 },
  );
}

/** Has a warning, by itself. */
function withRareFile({ key }: { readonly key: string }) {
  const file = { fileData: { mimeType: 'image/tiff', fileUri: 'gs://acme/a.tiff' } };
  return { key, request: { contents: [{ role: 'user', parts: [file] }] } };
}

/** How often each file of the input was read, by its name. */
function inputReads(world: BatchWorld): Record<string, number> {
  const reads: Record<string, number> = {};
  for (const { call, path } of world.emulator.calls()) {
    const name = call === 'storage.read' ? /in%2F(\w+)\.jsonl/.exec(path)?.[1] : undefined;
    if (name !== undefined) reads[name] = (reads[name] ?? 0) + 1;
  }
  return reads;
}

async function firstCheckpoint(world: BatchWorld): Promise<ProcessedRecord> {
  const uri = await waitFor(
    () =>
      [...world.emulator.blobs.list('acme', 'out/')].find(({ name }) =>
        /\/processed\/note\/.*\/at-\d+\.json$/.test(name),
      )?.name,
    { what: 'a checkpoint of the handler', timeoutMs: 60_000 },
  );
  return JSON.parse(await world.read(`gs://acme/${uri}`)) as ProcessedRecord;
}

/** What the handler was given again. */
function repeatsOf(crash: CrashWorld) {
  const seen = new Set<string>();
  return crash.handed().filter(({ key }) => {
    const isRepeat = seen.has(key);
    seen.add(key);
    return isRepeat;
  });
}
