import { parseArgs } from 'node:util';

/** Runs that live at the same time, on the same processes. */
const RUNS_AT_ONCE = 10;
const DEFAULT_RUNS = 30;
const DEFAULT_SEED = 1;

export interface CampaignCall {
  readonly storms: readonly { readonly seed: number; readonly runs: number }[];
  /** Begins no further storm after so many. */
  readonly minutes: number | undefined;
}

/**
 * What the command line asks for.
 * @throws {TypeError} naming the option that is unknown, or whose value is none
 */
export function parseCall(args: readonly string[]): CampaignCall {
  const { values } = parseArgs({
    args: [...args],
    options: { runs: { type: 'string' }, seed: { type: 'string' }, minutes: { type: 'string' } },
  });
  return {
    storms: stormsOf(
      values.runs === undefined ? DEFAULT_RUNS : positive('--runs', values.runs),
      values.seed === undefined ? DEFAULT_SEED : positive('--seed', values.seed),
    ),
    minutes: values.minutes === undefined ? undefined : positive('--minutes', values.minutes),
  };
}

/** Ten runs a storm; each storm has the seed after the last one's. */
export function stormsOf(runs: number, seed: number): CampaignCall['storms'] {
  return Array.from({ length: Math.ceil(runs / RUNS_AT_ONCE) }, (_, index) => ({
    seed: seed + index,
    runs: Math.min(RUNS_AT_ONCE, runs - index * RUNS_AT_ONCE),
  }));
}

function positive(name: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new TypeError(`${name} must be a whole number of at least 1, got ${value}`);
}
