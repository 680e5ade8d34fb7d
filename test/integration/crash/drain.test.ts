import { afterAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator/scenario';
import { prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { inCrashWorld, type CrashWorld } from '../../support/crash-world';
import { booksOf, exactBooks, keysOf } from '../../support/exact-books';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 200;
const DRAINED = { timeout: 120_000 };

/** Longer than any of these tests: work that isn't given back would be missed only then. */
const NEVER_MISSED = { timeouts: { heartbeat: '10m' } } as const;

const EXACT = { exitCode: 0, books: exactBooks(ROWS), handed: keysOf(ROWS) };

describe('a worker that is told to end', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent('in the middle of validating, gives its range back', DRAINED, async () => {
    const faults = [{ call: 'storage.read', path: 'prompts.jsonl', fault: { kind: 'stall' } }] as const;
    expect(await drainedInARead({ faults })).toEqual(EXACT);
  });

  it.concurrent('in the middle of collecting, gives its range back', DRAINED, async () => {
    const faults = [{ call: 'storage.read', path: 'predictions', fault: { kind: 'stall' } }] as const;
    expect(await drainedInARead({ faults })).toEqual(EXACT);
  });

  it.concurrent('while the job runs, ends at once and is missed by nobody', DRAINED, async () => {
    const scenario: Scenario = {
      transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }],
    };
    await inCrashWorld({ scenario, plugin: NEVER_MISSED }, async (crash, world) => {
      const first = crash.startWorker();
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const run = await world.start({ handler: 'note' });
      await waitFor(async () => (await run.status()).jobs[0]?.state === 'JOB_STATE_RUNNING', {
        what: 'a job that runs',
        timeoutMs: 60_000,
      });
      const exitCode = await first.end('SIGTERM');
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      crash.startWorker();
      const books = await booksOf(world, await run.result());
      expect({ exitCode, books, handed: handedKeys(crash) }).toEqual(EXACT);
    });
  });
});

/** What a run comes to whose worker is drained while a read stalls, and that another worker goes on with. */
async function drainedInARead(scenario: Scenario) {
  return await inCrashWorld({ scenario, plugin: NEVER_MISSED }, async (crash, world) => {
    const first = crash.startWorker();
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
    const run = await world.start({ handler: 'note' });
    const isStalled = () =>
      world.emulator.calls().some(({ call, status }) => call === 'storage.read' && status === undefined);
    await waitFor(isStalled, { what: 'a read that stalls', timeoutMs: 60_000 });
    const exitCode = await first.end('SIGTERM');
    crash.startWorker();
    return { exitCode, books: await booksOf(world, await run.result()), handed: handedKeys(crash) };
  });
}

function handedKeys(crash: CrashWorld): string[] {
  return crash
    .handed()
    .map(({ key }) => key)
    .toSorted();
}
