import { randomUUID } from 'node:crypto';
import { VertexBatchClient } from '../../src/client';
import { activitiesInMemory } from '../activities-in-memory';
import type { TemporalBenchmark } from '../benchmark';
import { withScratchDirectory } from '../contest/scratch-directory';
import { LOCATION, MODEL, PROJECT } from '../emulated-service';
import { InstantJobs, type JobRun } from '../instant-jobs';
import { atMost, textOf } from '../report';
import type { BenchWorld } from '../world';
import { answerRows, expectedBooks, requestRows, ROWS_PER_FILE } from './generated-run';
import { ForgetfulStore } from './forgetful-store';

/** What Temporal warns at, a fifth of what it takes. */
const EVENTS = 10_240;
const HISTORY_MB = 10;
/** A run of a tenth has what a run needs whatever its size; this is what the other nine tenths may add. */
const MEMORY_MB = 150;
const SAMPLE_MS = 100;

interface Sample {
  readonly seconds: number;
  readonly peakMb: number;
  readonly events: number;
  readonly historyMb: number;
  readonly jobs: number;
  readonly inputMb: number;
  readonly writtenMb: number;
}

/** Whether a run stays within bounds however large it is: memory, history, books. */
export const scale: TemporalBenchmark = {
  kind: 'temporal',
  name: 'scale',
  onRequest: true,
  async run(world, say, { rows }) {
    const tenth = await simulate(world, Math.ceil(rows / 10), say);
    const whole = await simulate(world, rows, say);
    const line = (label: string, unit: string, field: keyof Sample) => {
      return { label, unit, ours: whole[field], baseline: tenth[field] };
    };
    const added = whole.peakMb - tenth.peakMb;
    return {
      name: 'scale',
      what: `A run of ${textOf(rows)} generated rows of 6 KB without a handler: validated, shared among jobs, staged, answered, collected, settled.`,
      baseline: 'a tenth of the rows, in the same process before',
      measurements: [
        line('input', 'MB', 'inputMb'),
        line('jobs', '', 'jobs'),
        line('written and forgotten', 'MB', 'writtenMb'),
        line('from the start to the result', 's', 'seconds'),
        line('highest resident set', 'MB', 'peakMb'),
        {
          label: 'of that, added by nine tenths of the rows',
          unit: 'MB',
          ours: added,
          baseline: null,
          target: atMost(MEMORY_MB, added),
        },
        { ...line('events in the history', '', 'events'), target: atMost(EVENTS, whole.events) },
        { ...line('size of the history', 'MB', 'historyMb'), target: atMost(HISTORY_MB, whole.historyMb) },
      ],
      notes: [
        'The books balance to the row: one in a hundred is blocked, one refused, all others answered, none missing. A run that comes to anything else fails the benchmark.',
        'Everything is real but the service and the wire. Input and outputs are made as they are read; of staged copies and results only size and crc32c are kept; the run’s own memory (plan, indexes, records, errors, dead letters) lies on disk.',
        'The resident set is that of one process: worker, workflow, client and what generates the rows. Temporal’s server is another.',
      ],
    };
  },
};

async function simulate(world: BenchWorld, rows: number, say: (line: string) => void): Promise<Sample> {
  return await withScratchDirectory(async (directory) => {
    const store = new ForgetfulStore(directory);
    say(`laying out ${textOf(rows)} rows`);
    const inputMb = layOutInput(store, rows);
    const jobs = new InstantJobs(answersTo(store));
    const concurrency = { validate: 2, collect: 2 };
    const activities = activitiesInMemory({ store, jobs, concurrency, heartbeatMs: 60_000 });
    return await world.withWorker({ activities }, async (taskQueue) => {
      const watch = new MemoryWatch();
      const begun = performance.now();
      const ended = await runOnce(world, taskQueue, rows, say);
      const seconds = (performance.now() - begun) / 1000;
      return { ...ended, seconds, inputMb, peakMb: watch.close(), writtenMb: store.forgottenBytes / 1e6 };
    });
  });
}

function layOutInput(store: ForgetfulStore, rows: number): number {
  for (let first = 0; first < rows; first += ROWS_PER_FILE) {
    const name = `prompts-${String(first / ROWS_PER_FILE).padStart(5, '0')}.jsonl`;
    const span = { first, rows: Math.min(ROWS_PER_FILE, rows - first), isCopy: false };
    store.generate(`gs://acme/in/${name}`, requestRows(first, span.rows), span);
  }
  return (rows * requestRows(0, 0).bytesPerRow) / 1e6;
}

/** A job's output is what its input's rows are answered with, in one file. */
function answersTo(store: ForgetfulStore): JobRun {
  return async (inputUris, outputDirectory) => {
    const spans = inputUris.map((uri) => store.spanOf(uri));
    const rows = spans.reduce((sum, span) => sum + span.rows, 0);
    const { first = 0, isCopy = false } = spans[0] ?? {};
    store.generate(`${outputDirectory}/predictions.jsonl`, answerRows({ first, rows, isCopy }));
    return rows;
  };
}

async function runOnce(world: BenchWorld, taskQueue: string, rows: number, say: (line: string) => void) {
  const workflowId = `scale-${randomUUID()}`;
  const run = await new VertexBatchClient(world.client, { taskQueue }).start({
    workflowId,
    project: PROJECT,
    location: LOCATION,
    model: MODEL,
    input: 'gs://acme/in/*.jsonl',
    output: 'gs://acme/out/',
    keyField: 'key',
  });
  let told = '';
  for await (const { phase, percent } of run.follow()) {
    const now = `${textOf(rows)} rows: ${phase} ${percent ?? ''}`;
    if (now !== told) say(now);
    told = now;
  }
  const result = await run.result();
  const expected = expectedBooks(rows);
  if (JSON.stringify(result.rows) !== JSON.stringify(expected))
    throw new Error(`The books are ${JSON.stringify(result.rows)}, not ${JSON.stringify(expected)}`);
  const { historyLength, historySize = 0 } = await world.client.workflow.getHandle(workflowId).describe();
  return { jobs: result.jobCount, events: historyLength, historyMb: historySize / 1e6 };
}

/** The highest resident set between two moments. */
class MemoryWatch {
  #peak = 0;
  readonly #timer = setInterval(() => this.#look(), SAMPLE_MS);

  /** In MB. */
  close(): number {
    clearInterval(this.#timer);
    this.#look();
    return this.#peak / 1e6;
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }
}
