import { afterAll, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import type { FaultRule, Scenario } from '../../../src/emulator/scenario';
import { prompt, prompts, WORKFLOWS_PATH, type BatchWorld } from '../../support/batch-world';
import { inCrashWorld, type CrashWorld } from '../../support/crash-world';
import { putPromptTable } from '../../support/emulated-tables';
import { booksOf, exactBooks } from '../../support/exact-books';
import { putInput } from '../../support/held-phases';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 200;
/** Rows of a megabyte each, of which 35 are a range. */
const TWO_RANGES = 70;
const DRAINED = { timeout: 240_000 };

/** Longer than any of these tests: work that isn't given back would be missed only then. */
const NEVER_MISSED = { timeouts: { heartbeat: '10m', submit: '20s' } } as const;

const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;

/** What a worker is in the middle of: a call of the services that never comes back. */
interface UnderWay {
  readonly activity: string;
  readonly call: Omit<FaultRule, 'fault'>;
  readonly input?: 'keyless' | 'table';
}

const UNDER_WAY = {
  'copying a table': { activity: 'vertexBatchResolveInput', call: { call: 'bigquery.read' }, input: 'table' },
  validating: { activity: 'vertexBatchValidateRange', call: { call: 'storage.read', path: 'prompts.jsonl' } },
  staging: {
    activity: 'vertexBatchStagePart',
    call: { call: 'storage.read', path: 'prompts.jsonl', skip: 1 },
    input: 'keyless',
  },
  collecting: { activity: 'vertexBatchCollectRange', call: { call: 'storage.read', path: 'predictions' } },
  settling: { activity: 'vertexBatchSettlePart', call: { call: 'storage.write', path: 'settled-p1' } },
  finishing: { activity: 'vertexBatchFinishRun', call: { call: 'storage.list', path: 'staged' } },
} as const satisfies Readonly<Record<string, UnderWay>>;

describe('a worker that is told to end', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent.each(Object.entries<UnderWay>(UNDER_WAY))(
    'in the middle of %s, gives that back and has nothing else done again',
    DRAINED,
    async (_, { activity, call, input }) => {
      const faults = [{ ...call, fault: { kind: 'stall' } }] as const;
      const { repeats, ...drained } = await drainedInACall({ faults }, call, input);
      expect(drained).toEqual(CALM);
      expect(repeats).toEqual({ [activity]: 2 });
    },
  );

  it.concurrent('between ranges of a table, has none of those copied again that are done', DRAINED, async () => {
    const faults = [{ call: 'bigquery.read', path: 'startIndex=62&', fault: { kind: 'stall' } }] as const;
    await inCrashWorld({ scenario: { faults }, plugin: NEVER_MISSED }, async (crash, world) => {
      const rows = Array.from({ length: TWO_RANGES }, (_, row) => prompt(`p-${row}`, 'x'.repeat(1_000_000)));
      const input = await putPromptTable(world.emulator, rows);
      const first = crash.startWorker();
      const run = await world.start({ handler: 'note', input });
      const isCopied = () => namesIn(world).some((name) => name.endsWith('/0-35.json'));
      await waitFor(() => isCopied() && startsOfReads(world).some((row) => row >= 60), {
        what: 'a range that is copied, and one whose read hangs',
        timeoutMs: 60_000,
      });
      expect(await first.end('SIGTERM')).toBe(0);
      crash.startWorker();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(TWO_RANGES));
      // row 0 is looked at for the right to, too
      const starts = startsOfReads(world).filter((row) => row > 0 && row < 35);
      expect(starts).toEqual([...new Set(starts)]);
      expect(starts.length).toBeGreaterThan(5);
    });
  });

  it.concurrent('in the middle of a create, sees it through: one job, and no other create', DRAINED, async () => {
    const faults = [{ call: 'create', fault: { kind: 'slow', bytesPerSecond: 500 } }] as const;
    const { repeats, ...drained } = await drainedInACall({ faults }, { call: 'create' });
    expect(drained).toEqual(CALM);
    expect(repeats).toEqual({});
  });

  it.concurrent('in a create that is not answered, leaves one job, which is found', DRAINED, async () => {
    const faults = [{ call: 'create', fault: { kind: 'lost-answer', as: 'stall' } }] as const;
    const { repeats, ...drained } = await drainedInACall({ faults }, { call: 'create' });
    expect(drained).toEqual({ ...CALM, afterCreate: 'vertexBatchLookForJob' });
    expect(repeats).toEqual({});
  });

  it.concurrent('in a look before its create, leaves the create to another', DRAINED, async () => {
    const faults = [{ call: 'list', fault: { kind: 'stall' } }] as const;
    const { repeats, ...drained } = await drainedInACall({ faults }, { call: 'list' });
    expect(drained).toEqual(CALM);
    expect(repeats).toEqual({});
  });

  it.concurrent('in a look at the job of an earlier execution, leaves that to another', DRAINED, async () => {
    await inCrashWorld({ scenario: { transitions: HELD }, plugin: NEVER_MISSED }, async (crash, world) => {
      const earlier = crash.startWorker();
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const request = world.request({ handler: 'note' });
      const terminated = await world.client.start(request);
      await untilState(terminated, 'JOB_STATE_RUNNING');
      await world.temporal.client.workflow.getHandle(terminated.workflowId).terminate('for a test');
      await earlier.end('SIGKILL');
      const first = crash.startWorker();
      world.emulator.setScenario({ faults: [{ call: 'get', fault: { kind: 'stall' } }] });
      const run = await world.client.start(request);
      await untilPending(run, 'vertexBatchSubmitJob');
      await waitFor(() => world.emulator.calls().some(({ call, status }) => call === 'get' && status === undefined), {
        what: 'a look that hangs',
        timeoutMs: 60_000,
      });
      const exitCode = await first.end('SIGTERM');
      crash.startWorker();
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      const { afterCreate: _, ...calm } = CALM;
      expect(await told(crash, run, exitCode)).toMatchObject(calm);
    });
  });

  it.concurrent('while the job runs, ends at once and is missed by nobody', DRAINED, async () => {
    await inCrashWorld({ scenario: { transitions: HELD }, plugin: NEVER_MISSED }, async (crash, world) => {
      const first = crash.startWorker();
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const run = await world.start({ handler: 'note' });
      await untilState(run, 'JOB_STATE_RUNNING');
      const exitCode = await first.end('SIGTERM');
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      crash.startWorker();
      expect(await told(crash, run, exitCode)).toEqual(CALM);
    });
  });
});

/** What a run comes to whose worker is drained while a call doesn't come back, and that another worker goes on with. */
async function drainedInACall(
  scenario: Scenario,
  { call, path = '', skip = 0 }: UnderWay['call'],
  input?: UnderWay['input'],
) {
  return await inCrashWorld({ scenario, plugin: NEVER_MISSED }, async (crash, world) => {
    const first = crash.startWorker();
    const run = await world.start({ handler: 'note', ...(await putInput(world, ROWS, input)) });
    const made = () => world.emulator.calls().filter((one) => one.call === call && one.path.includes(path));
    await waitFor(() => made().length > skip, { what: `a call of ${call} that hangs`, timeoutMs: 60_000 });
    const exitCode = await first.end('SIGTERM');
    crash.startWorker();
    return { ...(await told(crash, run, exitCode)), repeats: repeatsIn(await activitiesOf(world, run)) };
  });
}

async function told(crash: CrashWorld, run: VertexBatchRun, exitCode: number | null) {
  const { world } = crash;
  const { keys, ...books } = await booksOf(world, await run.result());
  const activities = await activitiesOf(world, run);
  return {
    exitCode,
    books,
    rows: new Set(keys).size,
    handedOnce: keys.join() === crash.handedKeys().join(),
    creates: world.emulator.calls().filter(({ call }) => call === 'create').length,
    afterCreate: activities[activities.findLastIndex(({ name }) => name === 'vertexBatchSubmitJob') + 1]?.name,
  };
}

/** As on a day without a deploy. */
const { keys: _, ...EXACT } = exactBooks(ROWS);
const CALM = {
  exitCode: 0,
  books: EXACT,
  rows: ROWS,
  handedOnce: true,
  creates: 1,
  afterCreate: 'vertexBatchAwaitChange',
};

/** What a run had done, in order, and in how many attempts. */
async function activitiesOf({ temporal }: BatchWorld, { workflowId }: VertexBatchRun) {
  const { events } = await temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const names = new Map(
    events?.map((event) => [
      String(event.eventId),
      event.activityTaskScheduledEventAttributes?.activityType?.name ?? 'none',
    ]),
  );
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
    started == null ? [] : [{ name: names.get(String(started.scheduledEventId)), attempts: started.attempt ?? 1 }],
  );
}

/** Those that needed more than one attempt; waits do, whatever happens. */
function repeatsIn(activities: Awaited<ReturnType<typeof activitiesOf>>): Record<string, number> {
  const repeated = activities.filter(({ name, attempts }) => attempts > 1 && name !== 'vertexBatchAwaitChange');
  return Object.fromEntries(repeated.map(({ name, attempts }) => [name, attempts]));
}

async function untilPending(run: VertexBatchRun, activity: string): Promise<void> {
  const isPending = async () => (await run.status()).pending.some((step) => step.activity === activity);
  await waitFor(isPending, { what: `${run.workflowId} to be in ${activity}`, timeoutMs: 60_000 });
}

function namesIn(world: BatchWorld): string[] {
  return [...world.emulator.blobs.list('acme', 'out/')].map(({ name }) => name);
}

/** The rows at which reads of a table began. */
function startsOfReads(world: BatchWorld): number[] {
  const reads = world.emulator.calls().filter(({ call }) => call === 'bigquery.read');
  return reads.map(({ path }) => Number(/startIndex=(\d+)/.exec(path)?.[1] ?? 0));
}
