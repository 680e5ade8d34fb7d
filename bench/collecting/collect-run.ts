import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { settlePart } from '../../src/activities/settle-part';
import { VertexBatchClient } from '../../src/client';
import { collectDirectory } from '../../src/collect/collect-directory';
import { findOutputDirectories } from '../../src/collect/find-output-directories';
import { performRange } from '../../src/collect/range-order';
import { MemoryObjectStore } from '../../src/gateways/object-store-memory';
import type { BatchResult } from '../../src/messages';
import { planUri } from '../../src/rows/plan';
import { LIST_PRICES } from '../../src/schemas/price-table';
import { activitiesInMemory } from '../activities-in-memory';
import type { TemporalBenchmark } from '../benchmark';
import { CONTEST_ROWS, CONTEST_SEED } from '../contest/generated-contest';
import { LOCATION, MODEL, PROJECT } from '../emulated-service';
import { generatedOutputs } from '../generated/generated-outputs';
import { generatedRows, type GeneratedRowsOptions } from '../generated/generated-rows';
import { type ActivitySpan, completedActivities } from '../history';
import { InstantJobs } from '../instant-jobs';
import { quietAttempt } from '../programs/quiet-attempt';
import { textOf } from '../report';
import { median } from '../statistics';
import type { BenchWorld } from '../world';

const INPUT = 'gs://acme/in/prompts.jsonl';
const LINES_A_BLOCK = 200;
/** Of collecting, as a worker has them on two cores. */
const AT_A_TIME = 2;

interface Sample {
  readonly bytes: number;
  readonly ranges: number;
  /** From the first schedule to the last end. */
  readonly collectMs: number;
  readonly settleMs: number;
  /** The same without a workflow: all ranges one after the other. */
  readonly sumOfRangesMs: number;
  readonly bareSettleMs: number;
}

/** What the workflow adds to collecting: a whole run's ranges beside the sum of the same ranges without Temporal. */
export const collectRun: TemporalBenchmark = {
  kind: 'temporal',
  name: 'collect-run',
  async run(world, say, { runs, size }) {
    const options = { rows: CONTEST_ROWS[size], seed: CONTEST_SEED };
    const samples: Sample[] = [];
    for (let run = 0; run <= runs; run += 1) {
      say(run === 0 ? 'warming up' : `run ${run} of ${runs}`);
      const sample = await measure(world, options);
      // the first time compiles what the others find compiled
      if (run > 0) samples.push(sample);
    }
    const of = (field: keyof Sample) => median(samples.map((sample) => sample[field]));
    const rate = (field: 'collectMs' | 'sumOfRangesMs') =>
      median(samples.map((sample) => sample.bytes / 1e3 / sample[field]));
    const share = median(samples.map(({ collectMs, sumOfRangesMs }) => collectMs / sumOfRangesMs));
    return {
      name: 'collect-run',
      what: `A run of ${textOf(options.rows)} generated rows whose job writes ${textOf(of('bytes') / 1e6)} MB, collected in ${of('ranges')} ranges, ${AT_A_TIME} at a time, from the first schedule to the last end in the history; median of ${runs}.`,
      baseline: 'the same ranges in the same process without Temporal, one after the other',
      measurements: [
        { label: 'outputs to results', unit: 'MB/s', ours: rate('collectMs'), baseline: rate('sumOfRangesMs') },
        { label: 'time, in sums of the ranges', unit: '×', ours: share, baseline: 1 },
        { label: 'settling', unit: 'ms', ours: of('settleMs'), baseline: of('bareSettleMs') },
      ],
      notes: [
        'Input, outputs and results are in the memory of the process; worker, client and the workflow are in it, too. The Temporal server is another.',
        'Before the first run everything was run once: nothing is compiled while it is measured.',
      ],
    };
  },
};

async function measure(world: BenchWorld, options: GeneratedRowsOptions): Promise<Sample> {
  const store = new MemoryObjectStore();
  await store.write(INPUT, blocksOf(generatedRows(options)));
  const jobs = new InstantJobs(async (_, directory) => {
    await store.write(`${directory}/predictions.jsonl`, blocksOf(outputLines(options)));
    return options.rows;
  });
  const concurrency = { validate: AT_A_TIME, collect: AT_A_TIME };
  const activities = activitiesInMemory({ store, jobs, concurrency, heartbeatMs: 20_000 });
  const { result, spans } = await world.withWorker({ activities }, (taskQueue) => runOurs(world, taskQueue));
  const collects = spans.filter(({ name }) => name === 'vertexBatchCollectRange');
  const settles = spans.filter(({ name }) => name === 'vertexBatchSettlePart');
  return {
    ...(await measureBare(store, result)),
    ranges: collects.length,
    collectMs: lasting(collects),
    settleMs: lasting(settles),
  };
}

async function runOurs(world: BenchWorld, taskQueue: string) {
  const workflowId = `collect-run-${randomUUID()}`;
  const run = await new VertexBatchClient(world.client, { taskQueue }).start({
    workflowId,
    project: PROJECT,
    location: LOCATION,
    model: MODEL,
    input: INPUT,
    output: 'gs://acme/out/',
    rounds: 1,
  });
  const result = await run.result();
  if (result.rows.missing > 0) throw new Error(`${workflowId} misses ${result.rows.missing} rows`);
  return { result, spans: completedActivities(await world.client.workflow.getHandle(workflowId).fetchHistory()) };
}

/** Collects the run's outputs once more, into another directory. */
async function measureBare(
  store: MemoryObjectStore,
  { directory, jobs }: BatchResult,
): Promise<Pick<Sample, 'bytes' | 'sumOfRangesMs' | 'bareSettleMs'>> {
  const attempt = quietAttempt();
  const [outputs] = await findOutputDirectories({ store, signal: attempt.signal }, [jobs[0]!.outputDirectory!], '-');
  if (outputs === undefined) throw new Error(`${directory} has no outputs`);
  const input = {
    run: { directory: 'gs://acme/bare/', key: 'bare', execution: 'bare' },
    planUri: planUri({ directory }),
  };
  let sumOfRangesMs = 0;
  let before: Promise<void> = Promise.resolve();
  const inTurn = (perform: () => Promise<void>): Promise<void> => {
    before = before.then(async () => {
      const startMs = performance.now();
      await perform();
      sumOfRangesMs += performance.now() - startMs;
    });
    return before;
  };
  const threads = {
    size: 1,
    perform: (order: Parameters<typeof performRange>[1]) => inTurn(() => performRange(store, order, attempt)),
  };
  const round = await collectDirectory({ store, threads }, input, outputs, 1, attempt);
  const startMs = performance.now();
  const settling = { ...input, part: 1, rounds: [round], handler: null, final: true };
  await settlePart({ store, prices: LIST_PRICES }, settling, attempt);
  const bytes = outputs.files.reduce((sum, { size }) => sum + size, 0);
  return { bytes, sumOfRangesMs, bareSettleMs: performance.now() - startMs };
}

function lasting(spans: readonly ActivitySpan[]): number {
  return Math.max(...spans.map(({ closedMs }) => closedMs)) - Math.min(...spans.map(({ scheduledMs }) => scheduledMs));
}

function* outputLines(options: GeneratedRowsOptions): Generator<string> {
  for (const { withKey } of generatedOutputs(generatedRows(options), options.seed)) yield withKey;
}

function blocksOf(lines: Iterable<string>): AsyncIterable<Buffer> {
  return Readable.from(blocks(lines));
}

function* blocks(lines: Iterable<string>): Generator<Buffer> {
  let pending: string[] = [];
  for (const line of lines) {
    if (pending.push(line) < LINES_A_BLOCK) continue;
    yield Buffer.from(pending.join(''));
    pending = [];
  }
  yield Buffer.from(pending.join(''));
}
