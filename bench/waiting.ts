import { randomUUID } from 'node:crypto';
import { VertexBatchClient } from '../src/client';
import type { EmulatedJob, RecordedCall } from '../src/emulator';
import { VertexBatchPlugin } from '../src/plugin';
import { createBaselineActivities } from './baseline-activities';
import type { TemporalBenchmark } from './benchmark';
import { LOCATION, MODEL, PROJECT, promptRows, withEmulatedService } from './emulated-service';
import { expectedLooks } from './expected-looks';
import { completedActivities, eventsBetween } from './history';
import { atMost, textOf } from './report';
import type { naiveBatch } from './workflows';
import type { BenchWorld } from './world';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const JOB = { queuedMs: 2 * HOUR_MS, runningMs: 22 * HOUR_MS };
const JOB_MS = JOB.queuedMs + JOB.runningMs;
/** The plugin's defaults, which is what is measured. */
const LOOKS = { initialMs: 30_000, maxMs: 10 * MINUTE_MS };
/** Simulated time over real time: 24 hours take 86 s, the longest interval 600 ms. */
const SCALE = 1_000;
const LOOP_INTERVAL_MS = 10_000;
/** The loop's slice runs more slowly, so that its 10 seconds are 50 ms. */
const LOOP_SCALE = 200;
const LOOP_LOOKS = 100;
const ROWS = 100;

const SCENARIO = { durations: { JOB_STATE_PENDING: JOB.queuedMs, JOB_STATE_RUNNING: JOB.runningMs } };

interface Waited {
  readonly events: number;
  readonly gets: number;
  readonly lateMs: number;
}

/** What a day of waiting costs. */
export const waiting: TemporalBenchmark = {
  kind: 'temporal',
  name: 'waiting',
  // otherwise the server moves every timer of less than a second up to a second
  serverArgs: ['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="5ms"'],
  async run(world, say) {
    say(`a day at ${textOf(SCALE)} times the speed, about a minute and a half`);
    const ours = await waitOurs(world);
    say(`a slice of ${LOOP_LOOKS} looks of the loop`);
    const slice = await waitInLoop(world);
    const loopLooks = JOB_MS / LOOP_INTERVAL_MS;
    const expected = expectedLooks(JOB, LOOKS);
    const calculatedGets = expected.looks + LISTS;
    const gets = Math.max(ours.gets, calculatedGets);
    const allowedLateMs = Math.max(10 * MINUTE_MS, JOB.runningMs / 10);
    return {
      name: 'waiting',
      what: `A job of 24 simulated hours, ${JOB.queuedMs / HOUR_MS} of them queued, at ${textOf(SCALE)} times the speed, with the default intervals (30 seconds to 10 minutes) made shorter by the same factor; counted from the create to the event that tells of the end.`,
      baseline: 'the loop that people write, an activity that looks and a timer of 10 seconds',
      measurements: [
        {
          label: 'events',
          unit: '',
          ours: ours.events,
          baseline: slice.eventsPerLook * loopLooks,
          target: atMost(60, ours.events),
        },
        { label: 'GETs of the API, measured', unit: '', ours: ours.gets, baseline: slice.getsPerLook * loopLooks },
        {
          label: 'GETs of the API, calculated for real speed',
          unit: '',
          ours: calculatedGets,
          baseline: slice.getsPerLook * loopLooks,
          target: atMost(160, gets),
        },
        {
          label: 'end noticed after',
          unit: 'min',
          ours: ours.lateMs / MINUTE_MS,
          baseline: LOOP_INTERVAL_MS / 2 / MINUTE_MS,
          target: {
            text: `≤ ${textOf(allowedLateMs / MINUTE_MS)} min`,
            isReached: ours.lateMs <= allowedLateMs,
          },
        },
        {
          label: 'in percent of the running time',
          unit: '%',
          ours: (100 * ours.lateMs) / JOB.runningMs,
          baseline: (100 * LOOP_INTERVAL_MS) / 2 / JOB.runningMs,
        },
      ],
      notes: [
        `GETs are looks at the job and listings of jobs. A look takes some milliseconds at any speed, which stretches the scaled intervals and hides looks. At real speed the same intervals come to ${expected.looks} looks and ${LISTS} listing by calculation; the target is held against the larger number.`,
        `The end is noticed between 0 and 10.5 minutes late, by chance; the target is a tenth of the running time or 10 minutes, whichever is longer.`,
        `The loop can't run at that speed: a turn of it takes longer than its scaled timer. ${LOOP_LOOKS} looks at ${LOOP_SCALE} times the speed gave ${textOf(slice.eventsPerLook)} events and ${textOf(slice.getsPerLook)} GETs a look, which is multiplied by ${textOf(loopLooks)} looks. A history ends at 51,200 events, so the loop needs continue-as-new as well.`,
      ],
    };
  },
};

/** When the job starts to run, we list once, in case the service doubled the create. */
const LISTS = 1;

async function waitOurs(world: BenchWorld): Promise<Waited> {
  return await withEmulatedService({ scenario: SCENARIO, clock: { scale: SCALE } }, async ({ emulator, url, put }) => {
    await put('in/prompts.jsonl', promptRows(ROWS));
    const polling = { initial: LOOKS.initialMs / SCALE, max: LOOKS.maxMs / SCALE };
    const plugin = new VertexBatchPlugin({ endpoints: { api: url, storage: url }, polling });
    return await world.withWorker({ plugins: [plugin] }, async (taskQueue) => {
      const workflowId = `waiting-${randomUUID()}`;
      const run = await new VertexBatchClient(world.client, { taskQueue }).start({
        workflowId,
        project: PROJECT,
        location: LOCATION,
        model: MODEL,
        input: 'gs://acme/in/prompts.jsonl',
        output: 'gs://acme/out/',
      });
      await run.result();
      const spans = completedActivities(await world.client.workflow.getHandle(workflowId).fetchHistory());
      return {
        events: eventsBetween(spans, 'vertexBatchSubmitJob', 'vertexBatchAwaitChange'),
        ...looksOf(emulator.calls(), emulator.jobs().at(-1)),
      };
    });
  });
}

/** What the service saw from the create to the first look that could show the end. */
function looksOf(calls: readonly RecordedCall[], job: EmulatedJob | undefined): Omit<Waited, 'events'> {
  if (job?.endTime === undefined) throw new Error('The run ended before its job did');
  const endMs = Date.parse(job.endTime);
  const create = calls.findIndex(({ call }) => call === 'create');
  const noticed = calls.findIndex(({ call, at }) => call === 'get' && at >= endMs);
  const seen = calls[noticed];
  if (create < 0 || seen === undefined) throw new Error(`Nobody looked at ${job.name} after its end`);
  const gets = calls.slice(create, noticed + 1).filter(({ call }) => call === 'get' || call === 'list').length;
  return { gets, lateMs: seen.at - endMs };
}

async function waitInLoop(
  world: BenchWorld,
): Promise<{ readonly eventsPerLook: number; readonly getsPerLook: number }> {
  return await withEmulatedService({ scenario: SCENARIO }, async ({ emulator, url, put }) => {
    await put('in/prompts.jsonl', promptRows(ROWS));
    return await world.withWorker({ activities: createBaselineActivities(url) }, async (taskQueue) => {
      const workflowId = `waiting-loop-${randomUUID()}`;
      const { looks } = await world.client.workflow.execute<typeof naiveBatch>('naiveBatch', {
        workflowId,
        taskQueue,
        args: [
          {
            inputUri: 'gs://acme/in/prompts.jsonl',
            outputUri: 'gs://acme/out/',
            intervalMs: LOOP_INTERVAL_MS / LOOP_SCALE,
            maxLooks: LOOP_LOOKS,
          },
        ],
      });
      const spans = completedActivities(await world.client.workflow.getHandle(workflowId).fetchHistory());
      return {
        eventsPerLook: eventsBetween(spans, 'baselineGetJob', 'baselineGetJob') / looks,
        getsPerLook: emulator.calls().filter(({ call }) => call === 'get').length / looks,
      };
    });
  });
}
