import type { Call, Fault, FaultRule, Scenario } from '../../src/emulator/scenario';
import { SeededRandom } from '../../src/emulator/seeded-random';
import { RUN_KINDS, type RunKind } from './run-kinds';

const SERVICES = ['temporal', 'vertex', 'storage', 'bigquery'] as const;
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
  /** Somebody cancels a run: by our signal or update, or by Temporal's own cancel, which always salvages. */
  | { readonly kind: 'cancel'; readonly run: string; readonly by: CancelWay; readonly salvage: boolean }
);

const CANCEL_WAYS = ['signal', 'update', 'workflow'] as const;
type CancelWay = (typeof CANCEL_WAYS)[number];

/** The n-th call of its kind has reached the emulator: the same step of the runs on a fast machine and on a slow one. */
interface Moment {
  readonly call: Call;
  readonly count: number;
}

export const WORKERS = 2;

/** Calls that a run makes when nothing goes wrong: about so many, so that most of what is planned comes about. */
const CALLS_A_RUN = {
  create: 2,
  get: 5,
  list: 5,
  'storage.write': 45,
  'storage.read': 60,
  'storage.list': 15,
  'storage.get': 15,
  'bigquery.get': 3,
  'bigquery.read': 1,
  'bigquery.load': 0.2,
  'bigquery.job': 0.2,
} as const satisfies Partial<Record<Call, number>>;
type CountedCall = keyof typeof CALLS_A_RUN;
const COUNTED_CALLS = Object.keys(CALLS_A_RUN) as CountedCall[];

/** A right that is withdrawn, or a token that isn't taken; given back after some calls. */
const REFUSALS: readonly Fault[] = [
  { kind: 'status', status: 401 },
  { kind: 'status', status: 403 },
];
const LONGEST_REFUSAL_CALLS = 3;
/** The calls that a refusal meets; creates have refusals among their own faults. */
const REFUSED_CALLS = ['get', 'bigquery.get', 'bigquery.read', 'bigquery.load', 'bigquery.job'] as const;
/** Those too that submitting makes beside its create. Drawn after everything else, so that a seed's storm is what it was. */
const ALSO_REFUSED_CALLS = ['list', 'storage.write', 'storage.read', 'storage.list', 'storage.get'] as const;

/** What the service may do instead of answering a create. A run that it refuses ends with that, and is started again. */
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
  ...REFUSALS,
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
  const firstKind = chance.below(RUN_KINDS.length);
  const plannedRuns = Array.from({ length: runs }, (_, index) => ({
    workflowId: workflowIdOf(seed, index),
    kind: RUN_KINDS[(firstKind + index) % RUN_KINDS.length] as RunKind,
    startedTwice: chance.happens(0.2),
  }));
  const scenario: Scenario = {
    durations: { JOB_STATE_PENDING: chance.between(20, 300), JOB_STATE_RUNNING: chance.between(50, 1_000) },
    listing: plannedListing(chance),
    storage: { listingLagMs: chance.happens(0.3) ? chance.between(50, 500) : 0 },
  };
  const faults = plannedFaults(chance, runs);
  const incidents = [...plannedIncidents(chance, runs), ...plannedCancels(chance, seed, runs)];
  const refusals = plannedRefusals(chance, ALSO_REFUSED_CALLS, runs);
  return { seed, runs: plannedRuns, scenario: { ...scenario, faults: [...faults, ...refusals] }, incidents };
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
      return { call, skip: someCall(chance, call, runs), fault: chance.oneOf(faults) };
    });
  const refusals = plannedRefusals(chance, REFUSED_CALLS, runs);
  return [
    ...some('create', CREATE_FAULTS, 2, 5),
    ...some('get', LOOK_FAULTS, 1, 5),
    ...some('list', LOOK_FAULTS, 0, 3),
    ...some('storage.read', READ_FAULTS, 2, 6),
    ...some('storage.write', WRITE_FAULTS, 2, 6),
    ...some('storage.list', LOOK_FAULTS, 0, 3),
    ...some('storage.get', LOOK_FAULTS, 0, 3),
    ...some('bigquery.get', LOOK_FAULTS, 1, 3),
    ...some('bigquery.read', READ_FAULTS, 1, 3),
    ...some('bigquery.load', WRITE_FAULTS, 0, 2),
    ...some('bigquery.job', LOOK_FAULTS, 0, 2),
    ...refusals,
  ];
}

function plannedRefusals(chance: Chance, calls: readonly CountedCall[], runs: number): FaultRule[] {
  return Array.from({ length: chance.between(1, 3) }, () => {
    const call = chance.oneOf(calls);
    const times = chance.between(1, LONGEST_REFUSAL_CALLS);
    return { call, skip: someCall(chance, call, runs), times, fault: chance.oneOf(REFUSALS) };
  });
}

/** One of the calls of this kind that so many runs make, counted from 0. */
function someCall(chance: Chance, call: CountedCall, runs: number): number {
  return chance.below(Math.max(1, Math.round(CALLS_A_RUN[call] * runs)));
}

function plannedIncidents(chance: Chance, runs: number): Incident[] {
  const some = (least: number, most: number, incident: () => Incident) =>
    Array.from({ length: chance.between(least, most) }, incident);
  const after = (): Moment => {
    const call = chance.oneOf(COUNTED_CALLS);
    return { call, count: 1 + someCall(chance, call, runs) };
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

/** Of one run in ten, or some more. */
function plannedCancels(chance: Chance, seed: number, runs: number): Incident[] {
  const count = Math.round(runs / 10) + chance.below(2);
  return Array.from({ length: count }, () => {
    const call = chance.oneOf(COUNTED_CALLS);
    const by = chance.oneOf(CANCEL_WAYS);
    return {
      after: { call, count: 1 + someCall(chance, call, runs) },
      kind: 'cancel',
      run: workflowIdOf(seed, chance.below(runs)),
      by,
      salvage: by === 'workflow' || chance.happens(0.7),
    };
  });
}

function workflowIdOf(seed: number, index: number): string {
  return `chaos-${seed}-${index + 1}`;
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
