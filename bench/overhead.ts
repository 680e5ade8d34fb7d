import { randomUUID } from 'node:crypto';
import { VertexBatchClient } from '../src/client';
import type { EmulatedJob } from '../src/emulator';
import { VertexBatchPlugin } from '../src/plugin';
import { createBaselineActivities } from './baseline-activities';
import type { TemporalBenchmark } from './benchmark';
import { type EmulatedService, LOCATION, MODEL, PROJECT, promptRows, withEmulatedService } from './emulated-service';
import { atMost, textOf } from './report';
import { median, spread } from './statistics';
import type { naiveBatch } from './workflows';
import type { BenchWorld } from './world';

const ROWS = 10;
const REPETITIONS = 5;
const DURATIONS = { JOB_STATE_PENDING: 500, JOB_STATE_RUNNING: 1_500 };
const POLLING = { initial: 100, max: 250 };
const INPUT = 'gs://acme/in/prompts.jsonl';

/** One run, in seconds beside the job's own time. */
interface Sample {
  readonly before: number;
  /** Until a look shows the end. */
  readonly noticing: number;
  readonly after: number;
  readonly events: number;
  readonly storageCalls: number;
}

/** What a small run costs beside the time that the service takes. */
export const overhead: TemporalBenchmark = {
  kind: 'temporal',
  name: 'overhead',
  async run(world, say) {
    const ours: Sample[] = [];
    const naive: Sample[] = [];
    await withEmulatedService({ scenario: { durations: DURATIONS } }, async (service) => {
      await service.put('in/prompts.jsonl', promptRows(ROWS));
      const parts = {
        plugins: [new VertexBatchPlugin({ endpoints: { api: service.url, storage: service.url }, polling: POLLING })],
        activities: createBaselineActivities(service.url),
      };
      await world.withWorker(parts, async (taskQueue) => {
        // the first run of each loads code that the others find loaded
        await sample(world, service, () => runOurs(world, taskQueue));
        await sample(world, service, () => runNaive(world, taskQueue));
        for (let repetition = 1; repetition <= REPETITIONS; repetition += 1) {
          say(`repetition ${repetition} of ${REPETITIONS}`);
          ours.push(await sample(world, service, () => runOurs(world, taskQueue)));
          naive.push(await sample(world, service, () => runNaive(world, taskQueue)));
        }
      });
    });
    const total = (samples: readonly Sample[]) => median(samples.map(totalOf));
    const middle = (field: keyof Sample) =>
      [median(ours.map((one) => one[field])), median(naive.map((one) => one[field]))] as const;
    const [before, naiveBefore] = middle('before');
    const [noticing, naiveNoticing] = middle('noticing');
    const [after, naiveAfter] = middle('after');
    const [events, naiveEvents] = middle('events');
    const [storageCalls, naiveStorageCalls] = middle('storageCalls');
    const { lowest, highest } = spread(ours.map(totalOf));
    const { JOB_STATE_PENDING: queued, JOB_STATE_RUNNING: running } = DURATIONS;
    return {
      name: 'overhead',
      what: `A run of ${ROWS} rows, from the client's start to its result, less the time from the job's createTime to its endTime; median of ${REPETITIONS}.`,
      baseline:
        'a workflow that creates the job, looks at it on a timer and reads the output: nothing validated, nothing joined, nothing safe',
      measurements: [
        {
          label: "over the service's own time",
          unit: 's',
          ours: total(ours),
          baseline: total(naive),
          target: atMost(3, total(ours)),
        },
        { label: 'of that, from the start to the create', unit: 's', ours: before, baseline: naiveBefore },
        { label: "of that, until the job's end is noticed", unit: 's', ours: noticing, baseline: naiveNoticing },
        { label: 'of that, from there to the result', unit: 's', ours: after, baseline: naiveAfter },
        { label: 'events in the history', unit: '', ours: events, baseline: naiveEvents },
        { label: 'calls of Cloud Storage', unit: '', ours: storageCalls, baseline: naiveStorageCalls },
      ],
      notes: [
        `The job is queued for ${queued} ms and runs for ${running} ms; ours looks every ${POLLING.initial} to ${POLLING.max} ms, the baseline every ${POLLING.max} ms. A Temporal server moves timers of less than a second up to a second. The time until the end is noticed is part of the overhead.`,
        `Lowest and highest of ours: ${textOf(lowest)} and ${textOf(highest)} s. Temporal's server, the emulated service, worker and client share the machine.`,
      ],
    };
  },
};

async function runOurs(world: BenchWorld, taskQueue: string): Promise<string> {
  const workflowId = `overhead-${randomUUID()}`;
  const client = new VertexBatchClient(world.client, { taskQueue });
  const run = await client.start({
    workflowId,
    project: PROJECT,
    location: LOCATION,
    model: MODEL,
    input: INPUT,
    output: 'gs://acme/out/',
  });
  const { rows } = await run.result();
  if (rows.answered !== ROWS) throw new Error(`${workflowId} answered ${rows.answered} of ${ROWS} rows`);
  return workflowId;
}

async function runNaive(world: BenchWorld, taskQueue: string): Promise<string> {
  const workflowId = `overhead-naive-${randomUUID()}`;
  const { rows } = await world.client.workflow.execute<typeof naiveBatch>('naiveBatch', {
    workflowId,
    taskQueue,
    args: [{ inputUri: INPUT, outputUri: `gs://acme/naive/${workflowId}/`, intervalMs: POLLING.max }],
  });
  if (rows !== ROWS) throw new Error(`${workflowId} read ${rows} of ${ROWS} rows`);
  return workflowId;
}

/** Times a run by the wall clock and subtracts what its one job took. */
async function sample(world: BenchWorld, service: EmulatedService, run: () => Promise<string>): Promise<Sample> {
  const callsBefore = service.emulator.calls().length;
  const startMs = Date.now();
  const workflowId = await run();
  const endMs = Date.now();
  const calls = service.emulator.calls().slice(callsBefore);
  const { historyLength } = await world.client.workflow.getHandle(workflowId).describe();
  const [createdMs, endedMs] = lifeOf(service.emulator.jobs().at(-1));
  const noticedMs = calls.find(({ call, at }) => call === 'get' && at >= endedMs)?.at ?? endMs;
  return {
    before: (createdMs - startMs) / 1000,
    noticing: (noticedMs - endedMs) / 1000,
    after: (endMs - noticedMs) / 1000,
    events: historyLength,
    storageCalls: calls.filter(({ call }) => call.startsWith('storage.')).length,
  };
}

function totalOf({ before, noticing, after }: Sample): number {
  return before + noticing + after;
}

function lifeOf(job: EmulatedJob | undefined): readonly [createdMs: number, endedMs: number] {
  if (job?.endTime === undefined) throw new Error(`The run ended before its job did: ${job?.name ?? 'no job'}`);
  return [Date.parse(job.createTime), Date.parse(job.endTime)];
}
