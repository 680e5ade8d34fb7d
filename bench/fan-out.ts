import { randomUUID } from 'node:crypto';
import { VertexBatchClient } from '../src/client';
import { MemoryObjectStore } from '../src/gateways/object-store-memory';
import { VertexBatchPlugin } from '../src/plugin';
import { createBaselineActivities } from './baseline-activities';
import { activitiesInMemory } from './activities-in-memory';
import type { TemporalBenchmark } from './benchmark';
import { type EmulatedService, LOCATION, MODEL, PROJECT, promptRows, withEmulatedService } from './emulated-service';
import { completedActivities, ratePerSecond, type ActivitySpan } from './history';
import { answersInFiles, InstantJobs } from './instant-jobs';
import { atLeast, textOf, type Target } from './report';
import { median } from './statistics';
import type { bareFanOut } from './workflows';
import type { BenchWorld } from './world';

/** Each range is an output file of one row, since files are never joined on the output's side. */
const RANGES = 300;
/** As many as our workflow has open at a time. */
const AT_A_TIME = 50;
const REPETITIONS = 3;
const TARGET_SHARE = 0.8;
const COLLECT = 'vertexBatchCollectRange';

interface Sample {
  readonly bare: number;
  readonly inMemory: number;
  readonly bareStorage: number;
  readonly overHttp: number;
  readonly eventsPerRange: number;
  readonly bareEventsPerRange: number;
  readonly callsPerRange: number;
}

/** How much of the bare rate of activities is left for ranges. */
export const fanOut: TemporalBenchmark = {
  kind: 'temporal',
  name: 'fan-out',
  async run(world, say) {
    const samples: Sample[] = [];
    for (let repetition = 0; repetition <= REPETITIONS; repetition += 1) {
      say(repetition === 0 ? 'warming up' : `repetition ${repetition} of ${REPETITIONS}`);
      const sample = await measure(world, repetition % 2 === 0);
      // the first time loads code that the others find loaded
      if (repetition > 0) samples.push(sample);
    }
    const of = (field: keyof Sample) => median(samples.map((sample) => sample[field]));
    const share = median(samples.map(({ inMemory, bare }) => inMemory / bare));
    const shareOverHttp = median(samples.map(({ overHttp, bareStorage }) => overHttp / bareStorage));
    return {
      name: 'fan-out',
      what: `${RANGES} ranges of one row each through the workflow, ${AT_A_TIME} open at a time; from the first schedule to the last end in the history, median of ${REPETITIONS}; ours and the baseline take turns at being first.`,
      baseline: `${RANGES} bare activities, ${AT_A_TIME} at a time, on the same server with the same worker options in the same minute, which do nothing or, over HTTP, make as many calls of Cloud Storage as a range`,
      measurements: [
        { label: 'ranges a second, objects in memory', unit: '/s', ours: of('inMemory'), baseline: of('bare') },
        {
          label: 'share of the bare rate, objects in memory',
          unit: '%',
          ours: 100 * share,
          baseline: 100,
          target: targetFor(share),
        },
        { label: 'ranges a second, objects over HTTP', unit: '/s', ours: of('overHttp'), baseline: of('bareStorage') },
        {
          label: 'share of the bare rate, objects over HTTP',
          unit: '%',
          ours: 100 * shareOverHttp,
          baseline: 100,
          target: targetFor(shareOverHttp),
        },
        { label: 'events a range', unit: '', ours: of('eventsPerRange'), baseline: of('bareEventsPerRange') },
        { label: 'calls of Cloud Storage a range', unit: '', ours: of('callsPerRange'), baseline: 0 },
      ],
      notes: [
        'In memory everything is real but the wire: the workflow, the activities with their guard and their slots, what they read, join, write and commit. Against activities that do nothing, it shows what fanning out and the work on a row cost together.',
        `Over HTTP a range makes ${textOf(of('callsPerRange'))} calls of an emulated Cloud Storage in the same process, client and server on the same cores; so do the baseline's activities there. A range of one row is the worst case: a real one has 64 MB.`,
      ],
    };
  },
};

function targetFor(share: number): Target {
  return { ...atLeast(100 * TARGET_SHARE, 100 * share), text: `≥ ${100 * TARGET_SHARE} %` };
}

/** Each variant once; what comes first alternates, so that a machine that grows busier favours neither. */
async function measure(world: BenchWorld, oursFirst: boolean): Promise<Sample> {
  const [bare, memory] = await inTurn(
    () => runBare(world, 'http://127.0.0.1', 'nothing'),
    () => runInMemory(world),
    oursFirst,
  );
  return await withEmulatedService({ scenario: { output: { files: RANGES } } }, async (service) => {
    await service.put('baseline/row.jsonl', promptRows(1));
    const [bareStorage, http] = await inTurn(
      () => runBare(world, service.url, 'storage'),
      () => runOverHttp(world, service),
      oursFirst,
    );
    return {
      bare: ratePerSecond(bare),
      inMemory: ratePerSecond(memory),
      bareStorage: ratePerSecond(bareStorage),
      overHttp: ratePerSecond(http.spans),
      eventsPerRange: eventsEach(memory),
      bareEventsPerRange: eventsEach(bare),
      callsPerRange: http.storageCalls / RANGES,
    };
  });
}

async function inTurn<Baseline, Ours>(
  runBaseline: () => Promise<Baseline>,
  run: () => Promise<Ours>,
  oursFirst: boolean,
): Promise<readonly [Baseline, Ours]> {
  if (!oursFirst) return [await runBaseline(), await run()];
  const ours = await run();
  return [await runBaseline(), ours];
}

async function runBare(world: BenchWorld, url: string, work: 'nothing' | 'storage'): Promise<ActivitySpan[]> {
  const activities = createBaselineActivities(url);
  return await world.withWorker({ activities }, async (taskQueue) => {
    const workflowId = `fan-out-bare-${randomUUID()}`;
    const args: Parameters<typeof bareFanOut> = [{ count: RANGES, atATime: AT_A_TIME, work }];
    await world.client.workflow.execute<typeof bareFanOut>('bareFanOut', { workflowId, taskQueue, args });
    return await spansOf(world, workflowId, work === 'nothing' ? 'baselineNothing' : 'baselineStorage');
  });
}

async function runInMemory(world: BenchWorld): Promise<ActivitySpan[]> {
  const store = new MemoryObjectStore();
  await store.write(
    'gs://acme/in/prompts.jsonl',
    promptRows(RANGES)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );
  const jobs = new InstantJobs(answersInFiles(store));
  const activities = activitiesInMemory({
    store,
    jobs,
    concurrency: { validate: 4, collect: 4 },
    heartbeatMs: 20_000,
  });
  return await world.withWorker({ activities }, (taskQueue) => runOurs(world, taskQueue));
}

async function runOverHttp(world: BenchWorld, { emulator, url, put }: EmulatedService) {
  await put('in/prompts.jsonl', promptRows(RANGES));
  const plugin = new VertexBatchPlugin({
    endpoints: { api: url, storage: url },
    polling: { initial: 10, max: 100 },
  });
  const spans = await world.withWorker({ plugins: [plugin] }, (taskQueue) => runOurs(world, taskQueue));
  const from = Math.min(...spans.map((span) => span.scheduledMs));
  const to = Math.max(...spans.map((span) => span.closedMs));
  const storageCalls = emulator
    .calls()
    .filter(({ call, at }) => call.startsWith('storage.') && at >= from && at <= to).length;
  return { spans, storageCalls };
}

async function runOurs(world: BenchWorld, taskQueue: string): Promise<ActivitySpan[]> {
  const workflowId = `fan-out-${randomUUID()}`;
  const run = await new VertexBatchClient(world.client, { taskQueue }).start({
    workflowId,
    project: PROJECT,
    location: LOCATION,
    model: MODEL,
    input: 'gs://acme/in/prompts.jsonl',
    output: 'gs://acme/out/',
  });
  const { rows } = await run.result();
  if (rows.answered !== RANGES) throw new Error(`${workflowId} answered ${rows.answered} of ${RANGES} rows`);
  return await spansOf(world, workflowId, COLLECT);
}

async function spansOf(world: BenchWorld, workflowId: string, name: string): Promise<ActivitySpan[]> {
  const history = await world.client.workflow.getHandle(workflowId).fetchHistory();
  const spans = completedActivities(history).filter((span) => span.name === name);
  if (spans.length !== RANGES) throw new Error(`${workflowId} has ${spans.length} of ${RANGES} times ${name}`);
  return spans;
}

function eventsEach(spans: readonly ActivitySpan[]): number {
  const first = Math.min(...spans.map((span) => span.scheduledEvent));
  const last = Math.max(...spans.map((span) => span.closedEvent));
  return (last - first + 1) / spans.length;
}
