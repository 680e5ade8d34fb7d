import { defineHandler, type Handlers } from '../../src/define-handler';
import type { StartRequest, VertexBatchRun } from '../../src/client';
import type { Scenario } from '../../src/emulator/scenario';
import type { BatchPhase } from '../../src/messages';
import { BatchWorld, prompts } from './batch-world';
import { putPromptTable } from './emulated-tables';
import { untilState } from './life-stories';
import { waitFor } from './wait-for';

/** Where the rows of a run are: `keyless` ones, of which a copy is staged, or a table, which is copied. @default a file with keys */
type InputKind = 'keyless' | 'table' | undefined;

/** A moment in which a run can be caught: something of it takes some seconds. */
export interface HeldPhase {
  readonly phase: BatchPhase;
  /** Where a run comes by more than once. @default 1 */
  readonly round?: number;
  readonly scenario: Scenario;
  readonly input?: InputKind;
  /** Jobs that are paid for by then. */
  readonly paidJobs: number;
}

export const ROWS = 20;
const SLOW = { kind: 'slow', bytesPerSecond: 500 } as const;
/** For an answer that is as short as a stored object's. */
const VERY_SLOW = { kind: 'slow', bytesPerSecond: 200 } as const;
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;

export const HELD_PHASES: readonly HeldPhase[] = [
  {
    phase: 'resolving',
    scenario: { faults: [{ call: 'storage.list', path: 'prefix=in', fault: SLOW }] },
    paidJobs: 0,
  },
  {
    phase: 'resolving',
    input: 'table',
    scenario: { faults: [{ call: 'bigquery.read', fault: SLOW }] },
    paidJobs: 0,
  },
  {
    phase: 'validating',
    scenario: { faults: [{ call: 'storage.read', path: 'prompts.jsonl', fault: SLOW }] },
    paidJobs: 0,
  },
  {
    phase: 'planning',
    scenario: { faults: [{ call: 'storage.write', path: 'plan.json', fault: VERY_SLOW }] },
    paidJobs: 0,
  },
  {
    phase: 'staging',
    input: 'keyless',
    scenario: { faults: [{ call: 'storage.read', path: 'prompts.jsonl', skip: 1, fault: SLOW }] },
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
  {
    phase: 'settling',
    scenario: { faults: [{ call: 'storage.write', path: 'settled-p1', fault: VERY_SLOW }] },
    paidJobs: 1,
  },
  { phase: 'processing', scenario: {}, paidJobs: 1 },
  {
    phase: 'finishing',
    scenario: { faults: [{ call: 'storage.write', path: 'manifest.json', fault: VERY_SLOW }] },
    paidJobs: 1,
  },
];

/** What a person would call the moment. */
export function nameOf({ phase, round = 1, input }: HeldPhase): string {
  const place = input === 'table' ? `${phase} a table` : phase;
  return round === 1 ? place : `${place} in round ${round}`;
}

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
    const request = world.request({ handler: 'save', listingLag: 1_000, ...(await putInput(world, ROWS, held.input)) });
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

/** Writes the rows of a run to where they are read; gives what of the request says so. */
export async function putInput(world: BatchWorld, count: number, input: InputKind): Promise<Partial<StartRequest>> {
  const rows = prompts(count);
  if (input === 'table') return { input: await putPromptTable(world.emulator, rows) };
  const lines = input === 'keyless' ? rows.map(({ request }) => ({ request })) : rows;
  await world.put('gs://acme/in/prompts.jsonl', lines);
  return {};
}

async function untilCaught(world: BatchWorld, run: VertexBatchRun, held: HeldPhase) {
  const { phase, round = 1, paidJobs, scenario } = held;
  if (round > 1) {
    await untilState(run, 'JOB_STATE_RUNNING');
    endOpenJobs(world);
  }
  await waitFor(
    async () => {
      const { jobs, ...status } = await run.status();
      const isThere = status.phase === phase && (jobs.at(-1)?.round ?? 1) === round;
      return isThere && world.paidJobs().length === paidJobs && hasMetFaults(world, scenario);
    },
    { what: `${run.workflowId} in round ${round} to be ${phase}`, timeoutMs: 30_000 },
  );
}

function hasMetFaults(world: BatchWorld, { faults = [] }: Scenario): boolean {
  return faults.every(({ call, path = '', skip = 0 }) => {
    const met = world.emulator.calls().filter((made) => made.call === call && made.path.includes(path));
    return met.length > skip;
  });
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
