import { parseArgs } from 'node:util';

const SIZES = ['small', 'large'] as const;
const DEFAULT_RUNS = 3;
const DEFAULT_ROWS = 1_000_000;

/** What the benchmarks that run programs are asked for. */
export interface BenchOptions {
  /** How often each program runs. @default 3 */
  readonly runs: number;
  /** Of the generated input: 236 MB or 1.18 GB. @default 'small' */
  readonly size: (typeof SIZES)[number];
  /** Whether to get what is compared with and isn't there. @default false */
  readonly install: boolean;
  /** Rows of the simulated run. @default 1,000,000 */
  readonly rows: number;
}

export interface BenchCall {
  /** Of benchmarks. */
  readonly names: readonly string[];
  readonly json: boolean;
  readonly options: BenchOptions;
}

/**
 * What the command line asks for.
 * @throws {TypeError} naming the option that is unknown, or whose value is none
 */
export function parseCall(args: readonly string[]): BenchCall {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: String(DEFAULT_RUNS) },
      size: { type: 'string', default: 'small' },
      install: { type: 'boolean', default: false },
      rows: { type: 'string', default: String(DEFAULT_ROWS) },
    },
  });
  const { json, install } = values;
  const options = { runs: countOf('--runs', values.runs), size: sizeOf(values.size), install };
  return { names: positionals, json, options: { ...options, rows: countOf('--rows', values.rows) } };
}

function countOf(option: string, value: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new TypeError(`${option} must be a whole number of at least 1, got ${value}`);
}

function sizeOf(value: string): BenchOptions['size'] {
  const size = SIZES.find((known) => known === value);
  if (size !== undefined) return size;
  throw new TypeError(`--size must be ${SIZES.join(' or ')}, got ${value}`);
}
