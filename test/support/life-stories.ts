import type { VertexBatchRun } from '../../src/client';
import type { StartRequest } from '../../src/client';
import type { Scenario } from '../../src/emulator/scenario';
import type { BatchResult } from '../../src/messages';
import type { BatchWorld } from './batch-world';
import { EmulatedTables, putPromptTable } from './emulated-tables';
import { createElsewhere, startAdopting } from './jobs-created-elsewhere';
import { prompts } from './prompts';
import { waitFor } from './wait-for';

/** One run as it may go: what the service does, what is asked, what people do meanwhile, and how it must end. */
export interface LifeStory {
  /** Name of the recorded history, too. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly request?: Partial<StartRequest>;
  /** How the run is started, where that isn't by `request`. */
  readonly start?: (world: BatchWorld) => Promise<VertexBatchRun>;
  /** Rows that one job takes. @default all */
  readonly rowsAJob?: number;
  /** What people do while the run lives. */
  readonly act?: (world: BatchWorld, run: VertexBatchRun) => Promise<void>;
  readonly outcome: BatchResult['outcome'];
  /** Temporal's word for the end. */
  readonly execution: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly reason: NonNullable<BatchResult['reason']>['type'] | null;
  /** Rows answered of those asked for. */
  readonly answered: number | { readonly atLeast: number; readonly atMost: number };
  readonly paidJobs: number;
  /** Not part of the recorded histories. */
  readonly unrecorded?: true;
}

/** Rows of every story. */
export const ROWS = 12;
/** A handler that the worker of every story has. */
export const HANDLER = 'save';
const DATASET = 'bq://acme.d';
const HALF = { atLeast: 1, atMost: ROWS - 1 } as const;
const FINISHES = [{ state: 'JOB_STATE_PENDING' }, { state: 'JOB_STATE_RUNNING' }] as const;
const PAUSES_HALFWAY: Scenario = {
  transitions: [
    ...FINISHES,
    { state: 'JOB_STATE_PAUSED', hold: true },
    { state: 'JOB_STATE_RUNNING' },
    { state: 'JOB_STATE_SUCCEEDED' },
  ],
};
const RUNS_LONG: Scenario = { durations: { JOB_STATE_RUNNING: 60_000 }, cancel: { end: 'JOB_STATE_CANCELLED' } };

export const LIFE_STORIES: readonly LifeStory[] = [
  {
    name: 'happy',
    scenario: {},
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'paused-then-resumed',
    scenario: {
      transitions: [
        ...FINISHES,
        { state: 'JOB_STATE_PAUSED', ms: 150 },
        { state: 'JOB_STATE_RUNNING' },
        { state: 'JOB_STATE_SUCCEEDED' },
      ],
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'paused-then-given-up',
    scenario: PAUSES_HALFWAY,
    request: { paused: { policy: 'wait', deadline: 200 } },
    outcome: 'partial',
    execution: 'COMPLETED',
    reason: 'JobPaused',
    answered: HALF,
    paidJobs: 1,
  },
  {
    name: 'paused-fails',
    scenario: PAUSES_HALFWAY,
    request: { paused: { policy: 'fail' } },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'JobPaused',
    answered: HALF,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'cancelled-by-update',
    scenario: RUNS_LONG,
    act: async (_, run) => {
      await untilState(run, 'JOB_STATE_RUNNING');
      await run.cancel({ reason: 'prompt v2 is coming' });
    },
    outcome: 'cancelled',
    execution: 'COMPLETED',
    reason: 'CancelRequested',
    answered: { atLeast: 0, atMost: ROWS - 1 },
    paidJobs: 1,
  },
  {
    name: 'cancelled-by-handle',
    scenario: RUNS_LONG,
    act: async (world, run) => {
      await untilState(run, 'JOB_STATE_RUNNING');
      await world.temporal.client.workflow.getHandle(run.workflowId).cancel();
    },
    outcome: 'cancelled',
    execution: 'CANCELLED',
    reason: 'CancelRequested',
    answered: { atLeast: 0, atMost: ROWS - 1 },
    paidJobs: 1,
  },
  {
    name: 'cancelled-too-late',
    scenario: { durations: { JOB_STATE_RUNNING: 60_000 }, cancel: { end: 'JOB_STATE_SUCCEEDED' } },
    act: async (_, run) => {
      await untilState(run, 'JOB_STATE_RUNNING');
      await run.cancel();
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'failed',
    scenario: {
      end: { state: 'JOB_STATE_FAILED', finishedShare: 0, error: { code: 3, message: 'Failed to import data.' } },
    },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'JobFailed',
    answered: 0,
    paidJobs: 1,
  },
  {
    name: 'expired-with-rows-to-salvage',
    scenario: { transitions: [...FINISHES, { state: 'JOB_STATE_EXPIRED', finishedShare: 0.5 }] },
    request: { rounds: 0 },
    outcome: 'partial',
    execution: 'COMPLETED',
    reason: 'JobExpired',
    answered: HALF,
    paidJobs: 1,
  },
  {
    name: 'partially-succeeded',
    scenario: { transitions: [...FINISHES, { state: 'JOB_STATE_PARTIALLY_SUCCEEDED', finishedShare: 0.7 }] },
    request: { rounds: 0 },
    outcome: 'partial',
    execution: 'COMPLETED',
    reason: 'JobFailed',
    answered: HALF,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'failed-rows-in-another-round',
    scenario: { rows: [{ outcome: 'resource-exhausted', share: 0.5, firstJobs: 1 }] },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 2,
  },
  {
    name: 'a-state-nobody-has-heard-of',
    scenario: {
      transitions: [...FINISHES, { state: 'JOB_STATE_HIBERNATING', ms: 100 }, { state: 'JOB_STATE_SUCCEEDED' }],
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'back-from-running-to-pending',
    scenario: {
      transitions: [
        ...FINISHES,
        { state: 'JOB_STATE_PENDING', ms: 60 },
        { state: 'JOB_STATE_RUNNING' },
        { state: 'JOB_STATE_SUCCEEDED' },
      ],
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'queued-past-its-deadline',
    scenario: { durations: { JOB_STATE_PENDING: 60_000 } },
    request: { deadlines: { queued: 200 } },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'DeadlineExceeded',
    answered: 0,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'vanished',
    scenario: { durations: { JOB_STATE_RUNNING: 60_000 }, vanishAfterMs: 200 },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'JobVanished',
    answered: 0,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'create-lost-and-found',
    scenario: { faults: [{ call: 'create', fault: { kind: 'lost-answer' } }] },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'each-create-lost-and-found',
    scenario: {
      rows: [{ outcome: 'resource-exhausted' }],
      faults: [{ call: 'create', times: 9, fault: { kind: 'lost-answer' } }],
    },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'RowsUnanswered',
    answered: 0,
    paidJobs: 2,
    unrecorded: true,
  },
  {
    name: 'create-lost-and-listed-late',
    scenario: {
      faults: [{ call: 'create', fault: { kind: 'lost-answer', as: 'status', status: 500 } }],
      listing: { lagMs: 600 },
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'create-lost-and-adopted',
    scenario: { faults: [{ call: 'create', fault: { kind: 'lost-answer' } }], listing: { lagMs: 3_600_000 } },
    act: async (world, run) => {
      await untilAttention(run, 'SubmissionUnknown');
      await run.adoptJob({ name: world.paidJobs()[0]?.name ?? 'none' });
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'create-lost-and-resubmitted',
    scenario: { faults: [{ call: 'create', fault: { kind: 'status', status: 503 } }] },
    act: async (_, run) => {
      await untilAttention(run, 'SubmissionUnknown');
      await run.resubmit();
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'create-lost-and-resubmitted-by-request',
    scenario: { faults: [{ call: 'create', fault: { kind: 'reset' } }] },
    request: { onUnknown: 'resubmit' },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'create-refused-for-quota',
    scenario: { faults: [{ call: 'create', fault: { kind: 'status', status: 429, retryAfter: 1 } }] },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
    unrecorded: true,
  },
  {
    name: 'create-refused',
    scenario: { models: ['gemini-other'] },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'JobRefused',
    answered: 0,
    paidJobs: 0,
    unrecorded: true,
  },
  {
    name: 'several-parts',
    scenario: {},
    rowsAJob: 5,
    request: { concurrentJobs: 2 },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 3,
  },
  {
    name: 'several-parts-in-rounds',
    scenario: { rows: [{ outcome: 'resource-exhausted', share: 0.4 }] },
    rowsAJob: 5,
    outcome: 'partial',
    execution: 'COMPLETED',
    reason: 'RowsUnanswered',
    answered: { atLeast: 1, atMost: ROWS - 1 },
    paidJobs: 6,
    unrecorded: true,
  },
  {
    name: 'several-parts-cancelled',
    scenario: RUNS_LONG,
    rowsAJob: 4,
    request: { concurrentJobs: 2 },
    act: async (_, run) => {
      await untilJobs(run, 2);
      await run.cancel({ reason: 'enough' });
    },
    outcome: 'cancelled',
    execution: 'COMPLETED',
    reason: 'CancelRequested',
    answered: { atLeast: 0, atMost: ROWS - 1 },
    paidJobs: 2,
  },
  {
    name: 'several-parts-one-refused',
    scenario: { faults: [{ call: 'create', fault: { kind: 'status', status: 400 }, skip: 1 }] },
    rowsAJob: 5,
    request: { concurrentJobs: 1 },
    outcome: 'partial',
    execution: 'COMPLETED',
    reason: 'JobRefused',
    answered: 5,
    paidJobs: 1,
  },
  {
    name: 'several-parts-one-right-given-back',
    scenario: { faults: [{ call: 'create', fault: { kind: 'status', status: 403 }, skip: 1 }] },
    rowsAJob: 5,
    request: { concurrentJobs: 1 },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 3,
  },
  {
    name: 'canary',
    scenario: {},
    request: { canary: 4 },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 2,
  },
  {
    name: 'canary-failed',
    scenario: { rows: [{ outcome: 'bad-request', share: 1 }] },
    request: { canary: 4, rounds: 0 },
    outcome: 'failed',
    execution: 'FAILED',
    reason: 'CanaryFailed',
    answered: 0,
    paidJobs: 1,
  },
  {
    name: 'adopted',
    scenario: {},
    start: async (world) => await startAdopting(world, await createElsewhere(world)),
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'adopted-and-failed-rows-in-another-round',
    scenario: { rows: [{ outcome: 'resource-exhausted', share: 0.5, firstJobs: 1 }] },
    start: async (world) => await startAdopting(world, await createElsewhere(world)),
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 2,
  },
  {
    name: 'handled',
    scenario: {},
    request: { handler: HANDLER },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'reprocessed',
    scenario: {},
    start: async (world) => {
      const run = await world.start();
      await run.result();
      return await world.client.reprocess(run.workflowId, { handler: HANDLER });
    },
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'input-in-a-table',
    scenario: {},
    start: startOverTable,
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'output-in-a-table',
    scenario: {},
    start: async (world) =>
      await startOverTables(world, { output: `${DATASET}.answers`, workspace: 'gs://acme/work/' }),
    outcome: 'succeeded',
    execution: 'COMPLETED',
    reason: null,
    answered: ROWS,
    paidJobs: 1,
  },
  {
    name: 'loaded-into-tables',
    scenario: { rows: [{ outcome: 'bad-request', share: 0.5 }] },
    start: async (world) =>
      await startOverTables(world, {
        resultsTable: `${DATASET}.results`,
        errorsTable: `${DATASET}.errors`,
        deadLettersTable: `${DATASET}.unanswered`,
      }),
    outcome: 'partial',
    execution: 'COMPLETED',
    reason: 'RowsUnanswered',
    answered: HALF,
    paidJobs: 1,
  },
];

/** Starts a run whose rows are in a table. */
async function startOverTable(world: BatchWorld): Promise<VertexBatchRun> {
  return await world.start({ input: await putPromptTable(world.emulator, prompts(ROWS)) });
}

/** Starts a run whose request names tables of the dataset. */
async function startOverTables(world: BatchWorld, request: Partial<StartRequest>): Promise<VertexBatchRun> {
  await new EmulatedTables(world.emulator).addDataset('acme', 'd');
  return await world.start(request);
}

/** So many jobs are running. */
export async function untilJobs(run: VertexBatchRun, jobs: number): Promise<void> {
  await waitFor(
    async () => (await run.status()).jobs.filter(({ state }) => state === 'JOB_STATE_RUNNING').length === jobs,
    { what: `${run.workflowId} to have ${jobs} running jobs`, timeoutMs: 60_000 },
  );
}

export async function untilState(run: VertexBatchRun, state: string): Promise<void> {
  await waitFor(async () => (await run.status()).jobs.at(-1)?.state === state, {
    what: `${run.workflowId} to show ${state}`,
    timeoutMs: 60_000,
  });
}

export async function untilAttention(run: VertexBatchRun, type: string): Promise<void> {
  await waitFor(async () => (await run.status()).attention?.type === type, {
    what: `${run.workflowId} to show ${type}`,
    timeoutMs: 60_000,
  });
}
