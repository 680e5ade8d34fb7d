import type { Call, Fault, FaultRule, Scenario } from '../../src/emulator/scenario';
import { SeededRandom } from '../../src/emulator/seeded-random';
import { RUN_KINDS, type RunKind } from './run-kinds';

const SERVICES = ['temporal', 'vertex', 'storage'] as const;
export type Service = (typeof SERVICES)[number];

/** Everything that chance decides of some runs that live on the same processes at the same time. */
export interface StormPlan {
  readonly seed: number;
  readonly runs: readonly PlannedRun[];
  readonly scenario: Scenario;
  readonly incidents: readonly Incident[];
}

export interface PlannedRun {
  readonly workflowId: string;
  readonly kind: RunKind;
  /** Two callers start it at once. */
  readonly startedTwice: boolean;
}

/** What is done to processes and connections, and when. */
export type Incident = { readonly after: Moment } & (
  | { readonly kind: 'kill-worker'; readonly worker: number; readonly restartAfterMs: number }
  /** It comes back on the same file and port. */
  | { readonly kind: 'kill-server' }
  /** Connections are reset, new ones too for so long. */
  | { readonly kind: 'cut'; readonly service: Service; readonly ms: number }
  /** What is under way is held for so long, in both directions. */
  | { readonly kind: 'stall'; readonly service: Service; readonly ms: number }
);

/** The n-th call of its kind has reached the emulator: the same step of the runs on a fast machine and on a slow one. */
interface Moment {
  readonly call: Call;
  readonly count: number;
}

export const WORKERS = 2;

/** Calls that a run makes when nothing goes wrong: about so many, so that most of what is planned comes about. */
const CALLS_A_RUN = {
  create: 1,
  get: 4,
  'storage.write': 18,
  'storage.read': 14,
} as const satisfies Partial<Record<Call, number>>;
type CountedCall = keyof typeof CALLS_A_RUN;
const COUNTED_CALLS = Object.keys(CALLS_A_RUN) as CountedCall[];

/**
 * What the service may do instead of answering a create. A refusal such as 403 isn't among them: a run ends with it, as it should,
 * and has no results to compare.
 */
const CREATE_FAULTS: readonly Fault[] = [
  { kind: 'lost-answer', as: 'reset' },
  { kind: 'lost-answer', as: 'stall' },
  { kind: 'lost-answer', as: 'status', status: 500 },
  { kind: 'lost-answer', as: 'status', status: 503 },
  { kind: 'reset' },
  { kind: 'stall' },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'html', status: 502 },
  { kind: 'truncate', afterBytes: 40 },
  { kind: 'half-close' },
];

const LOOK_FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'reset' },
  { kind: 'html', status: 502 },
  { kind: 'truncate', afterBytes: 40 },
  { kind: 'half-close' },
];

const READ_FAULTS: readonly Fault[] = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'reset' },
  { kind: 'truncate', afterBytes: 1_000 },
  { kind: 'half-close' },
  { kind: 'slow', bytesPerSecond: 50_000 },
];

const WRITE_FAULTS: readonly Fault[] = [
  { kind: 'lost-answer', as: 'reset' },
  { kind: 'lost-answer', as: 'status', status: 503 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503 },
  { kind: 'reset' },
];

/** The schedule of a storm: the same for the same seed and number of runs, on any machine. */
export function planStorm(seed: number, runs: number): StormPlan {
  const chance = new Chance(seed);
  return {
    seed,
    runs: Array.from({ length: runs }, (_, index) => ({
      workflowId: `chaos-${seed}-${index + 1}`,
      kind: chance.oneOf(RUN_KINDS),
      startedTwice: chance.happens(0.2),
    })),
    scenario: {
      durations: { JOB_STATE_PENDING: chance.between(20, 300), JOB_STATE_RUNNING: chance.between(50, 1_000) },
      listing: plannedListing(chance),
      storage: { listingLagMs: chance.happens(0.3) ? chance.between(50, 500) : 0 },
      faults: plannedFaults(chance, runs),
    },
    incidents: plannedIncidents(chance, runs),
  };
}

/** The same runs as a storm may have, one of each kind, and nothing that goes wrong. */
export function planCalm(): StormPlan {
  const runs = RUN_KINDS.map((kind) => ({ workflowId: `calm-${kind}`, kind, startedTwice: false }));
  return { seed: 0, runs, scenario: {}, incidents: [] };
}

/** A lag of eight seconds is longer than a run looks for its job: somebody has to tell it. */
function plannedListing(chance: Chance): NonNullable<Scenario['listing']> {
  return {
    lagMs: chance.oneOf([0, 0, 100, 1_000, 8_000]),
    ignoresLabels: chance.happens(0.2),
    ...(chance.happens(0.2) && { missingPages: [1] }),
  };
}

function plannedFaults(chance: Chance, runs: number): FaultRule[] {
  const some = (call: CountedCall, faults: readonly Fault[], least: number, most: number) =>
    Array.from({ length: chance.between(least, most) }, (): FaultRule => {
      const skip = chance.below(CALLS_A_RUN[call] * runs);
      return { call, skip, fault: chance.oneOf(faults) };
    });
  return [
    ...some('create', CREATE_FAULTS, 2, 4),
    ...some('get', LOOK_FAULTS, 1, 5),
    ...some('storage.read', READ_FAULTS, 2, 6),
    ...some('storage.write', WRITE_FAULTS, 2, 6),
  ];
}

function plannedIncidents(chance: Chance, runs: number): Incident[] {
  const some = (least: number, most: number, incident: () => Incident) =>
    Array.from({ length: chance.between(least, most) }, incident);
  const after = (): Moment => {
    const call = chance.oneOf(COUNTED_CALLS);
    return { call, count: 1 + chance.below(CALLS_A_RUN[call] * runs) };
  };
  const service = () => chance.oneOf(SERVICES);
  return [
    ...some(1, 3, () => ({
      after: after(),
      kind: 'kill-worker',
      worker: chance.below(WORKERS),
      restartAfterMs: chance.oneOf([0, 0, 1_000, 3_000]),
    })),
    ...some(0, 1, () => ({ after: after(), kind: 'kill-server' })),
    ...some(1, 3, () => ({ after: after(), kind: 'cut', service: service(), ms: chance.between(1, 1_000) })),
    ...some(1, 3, () => ({ after: after(), kind: 'stall', service: service(), ms: chance.between(200, 1_500) })),
  ];
}

class Chance extends SeededRandom {
  happens(probability: number): boolean {
    return this.next() < probability;
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }
}
