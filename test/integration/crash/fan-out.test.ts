import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/emulator/seeded-random';
import type { BatchResult } from '../../../src/messages';
import type { ResultRow } from '../../../src/rows/result-row';
import { prompts, WORKFLOWS_PATH, type BatchWorld } from '../../support/batch-world';
import { committedWork, type CommittedWork } from '../../support/committed-work';
import { inCrashWorld, type CrashWorld } from '../../support/crash-world';
import { booksOf, exactBooks, keysOf } from '../../support/exact-books';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 480;
const OUTPUT_FILES = 12;
const KILLED = { timeout: 600_000 };

/** With two calls at a time of ten rows, a worker takes 14 s for all rows, and has a checkpoint every 5 s. */
const HANDLER_MS = 600;

/** What stood when a worker was gone, and how many rows had been handed out by then. */
interface Kill {
  readonly at: number;
  readonly committed: CommittedWork;
  readonly handed: number;
}

describe('workers that are killed at random moments of the fan-out', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent.each([
    { seed: 1, jobs: 1, workers: 1 },
    { seed: 2, jobs: 1, workers: 1 },
    { seed: 3, jobs: 4, workers: 1 },
    { seed: 4, jobs: 4, workers: 2 },
  ])('lose nothing and do nothing over: $workers at a time, jobs: $jobs, seed $seed', KILLED, async (told) => {
    const { seed, jobs, workers } = told;
    const scenario = { output: { files: OUTPUT_FILES / jobs } };
    const plugin = { jobLimits: { rows: ROWS / jobs } };
    await inCrashWorld({ scenario, plugin, handlerMs: HANDLER_MS }, async (crash, world) => {
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const run = await world.start({ handler: 'note', concurrentJobs: 4 });
      const kills = await killAtRandom(crash, workers, new SeededRandom(seed));
      const result = await run.result();

      expect(await booksOf(world, result)).toEqual({ ...exactBooks(ROWS), paidJobs: jobs });
      expect(result.handler).toEqual({ processed: ROWS, rejected: 0 });
      expect(result.usage.totalTokenCount).toBe(await tokensOf(world, result));
      expect(keysOfAll(crash.handed())).toEqual(keysOf(ROWS));
      expect(crash.handed()[0]?.mayRepeat).toBe(false);
      expect(untoldRepeats(crash)).toEqual([]);
      for (const kill of kills) expect(doneOver(crash, kill)).toEqual({ rows: [], reads: [] });
      expect(kills.at(-1)?.committed.processed.size).toBeGreaterThan(0);
    });
  });
});

/** Kills a worker while outputs are collected, while rows are processed, and behind a checkpoint; another follows each time. */
async function killAtRandom(crash: CrashWorld, workers: number, random: SeededRandom): Promise<Kill[]> {
  const { world } = crash;
  const living = Array.from({ length: workers }, () => crash.startWorker());
  const kill = async (): Promise<Kill> => {
    const [victim] = living.splice(random.below(living.length), 1);
    await victim?.end('SIGKILL');
    const committed = await committedWork(world);
    living.push(crash.startWorker());
    return { at: Date.now(), committed, handed: crash.handed().length };
  };
  await untilMore(() => outputReads(world).length, 1 + random.below(OUTPUT_FILES - 1));
  const collecting = await kill();
  await untilMore(() => crash.handed().length, 1 + random.below(ROWS / 4));
  const processing = await kill();
  await waitFor(async () => (await committedWork(world)).processed.size > 0, {
    what: 'a checkpoint of the handler',
    timeoutMs: 240_000,
  });
  await untilMore(() => crash.handed().length, random.below(ROWS / 6));
  return [collecting, processing, await kill()];
}

/** Waits until a count has grown by so many. */
async function untilMore(count: () => number, more: number): Promise<void> {
  const wanted = count() + more;
  await waitFor(() => count() >= wanted, { what: `a count of ${wanted}`, timeoutMs: 240_000, intervalMs: 2 });
}

function outputReads(world: BatchWorld, since = 0) {
  return world.emulator
    .calls()
    .filter(({ call, path, at }) => call === 'storage.read' && path.includes('predictions') && at > since);
}

/** What was done again though a record said that it was done. */
function doneOver(crash: CrashWorld, { at, committed, handed }: Kill) {
  const collected = committed.collected.map((uri) => encodeURIComponent(uri.replace('gs://acme/', '')));
  const readAgain = outputReads(crash.world, at).filter(({ path }) => collected.some((name) => path.includes(name)));
  const handedLater = crash.handed().slice(handed);
  return {
    rows: handedLater.map(({ key }) => key).filter((key) => committed.processed.has(key)),
    reads: readAgain.map(({ path }) => path),
  };
}

async function tokensOf(world: BatchWorld, { directory }: BatchResult): Promise<number> {
  const rows = await world.readRowsBelow<ResultRow>(`${directory}results/`);
  return rows.reduce((sum, { usage }) => sum + (usage?.totalTokenCount ?? 0), 0);
}

function keysOfAll(rows: readonly { readonly key: string }[]): string[] {
  return [...new Set(rows.map(({ key }) => key))].toSorted();
}

/** Rows that the handler was given again without a word. */
function untoldRepeats(crash: CrashWorld) {
  const seen = new Set<string>();
  return crash.handed().filter(({ key, mayRepeat }) => {
    const isRepeat = seen.has(key);
    seen.add(key);
    return isRepeat && !mayRepeat;
  });
}
