import { defineHandler, type Handlers } from '../../src/define-handler';
import type { StartRequest, VertexBatchRun } from '../../src/client';
import type { Scenario } from '../../src/emulator/scenario';
import type { BatchPhase } from '../../src/messages';
import { BatchWorld, prompts } from './batch-world';
import { untilState } from './life-stories';
import { waitFor } from './wait-for';

/** A moment in which a run can be caught: something of it takes some seconds. */
export interface HeldPhase {
  readonly phase: BatchPhase;
  /** Where a run comes by more than once. @default 1 */
  readonly round?: number;
  readonly scenario: Scenario;
  /** Whether its rows have no keys, so that a copy is staged. */
  readonly withoutKeys?: true;
  /** Jobs that are paid for by then. */
  readonly paidJobs: number;
}

export const ROWS = 20;
const SLOW = { kind: 'slow', bytesPerSecond: 500 } as const;
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;

export const HELD_PHASES: readonly HeldPhase[] = [
  {
    phase: 'validating',
    scenario: { faults: [{ call: 'storage.read', path: 'prompts.jsonl', fault: SLOW }] },
    paidJobs: 0,
  },
  {
    phase: 'staging',
    scenario: { faults: [{ call: 'storage.read', path: 'prompts.jsonl', skip: 1, fault: SLOW }] },
    withoutKeys: true,
    paidJobs: 0,
  },
  {
    phase: 'submitting',
    scenario: {
      durations: { JOB_STATE_RUNNING: 6_000 },
      faults: [{ call: 'create', fault: { kind: 'lost-answer', as: 'stall' } }],
    },
    paidJobs: 1,
  },
  { phase: 'waiting', scenario: { transitions: HELD }, paidJobs: 1 },
  {
    phase: 'waiting',
    round: 2,
    scenario: { transitions: HELD, rows: [{ outcome: 'resource-exhausted', share: 0.5, firstJobs: 1 }] },
    paidJobs: 2,
  },
  {
    phase: 'collecting',
    scenario: {
      faults: [{ call: 'storage.read', path: 'predictions', fault: { kind: 'slow', bytesPerSecond: 3_000 } }],
    },
    paidJobs: 1,
  },
  { phase: 'processing', scenario: {}, paidJobs: 1 },
  {
    phase: 'finishing',
    scenario: {
      faults: [{ call: 'storage.write', path: 'manifest.json', fault: { kind: 'slow', bytesPerSecond: 200 } }],
    },
    paidJobs: 1,
  },
];

/** A world whose run has come to the phase, and what lets it go on. */
export interface CaughtRun {
  readonly world: BatchWorld;
  readonly run: VertexBatchRun;
  readonly request: StartRequest;
  /** Keys that the handler has done with. */
  readonly handled: readonly string[];
  /** Ends the job that is held, and lets the handler work. */
  readonly letGo: () => void;
}

/** Catches a run in a phase, and puts its world away when `story` is told. */
export async function whileIn(held: HeldPhase, story: (caught: CaughtRun) => Promise<void>): Promise<void> {
  const handling = new Gate(held.phase !== 'processing');
  const world = await BatchWorld.create({
    emulator: { scenario: held.scenario },
    plugin: { handlers: handling.handlers },
  });
  try {
    const rows = prompts(ROWS).map(({ key, request }) => (held.withoutKeys === true ? { request } : { key, request }));
    await world.put('gs://acme/in/prompts.jsonl', rows);
    const request = world.request({ handler: 'save', listingLag: 1_000 });
    const run = await world.client.start(request);
    await untilCaught(world, run, held);
    const letGo = () => {
      handling.open();
      endOpenJobs(world);
    };
    await story({ world, run, request, handled: handling.handled, letGo });
  } finally {
    handling.open();
    await world.close();
  }
}

async function untilCaught(world: BatchWorld, run: VertexBatchRun, { phase, round = 1, paidJobs }: HeldPhase) {
  if (round > 1) {
    await untilState(run, 'JOB_STATE_RUNNING');
    endOpenJobs(world);
  }
  await waitFor(
    async () => {
      const { jobs, ...status } = await run.status();
      return status.phase === phase && world.paidJobs().length === paidJobs && (jobs.at(-1)?.round ?? 1) === round;
    },
    { what: `${run.workflowId} in round ${round} to be ${phase}`, timeoutMs: 30_000 },
  );
}

function endOpenJobs(world: BatchWorld): void {
  for (const { name, state } of world.paidJobs())
    if (state === 'JOB_STATE_RUNNING') world.emulator.control(name, 'JOB_STATE_SUCCEEDED');
}

/** A handler that waits until it may go on, or is told to stop. */
class Gate {
  readonly handled: string[] = [];
  readonly #opened = new AbortController();
  readonly handlers: Handlers = {
    save: defineHandler({
      batchSize: 4,
      concurrency: 1,
      handle: async (rows, { signal }) => {
        await aborted(AbortSignal.any([signal, this.#opened.signal]));
        signal.throwIfAborted();
        this.handled.push(...rows.map(({ key }) => key));
      },
    }),
  };

  constructor(isOpen: boolean) {
    if (isOpen) this.open();
  }

  open(): void {
    this.#opened.abort();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
