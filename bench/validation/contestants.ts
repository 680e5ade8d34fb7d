import { type Contestant, inNode, inPython } from '../contest/contestant';
import type { EmulatedStorage } from './emulated-storage';
import type { TemporalForWorkers } from './temporal-for-workers';
import { countWithJq, hasJq } from './jq';
import { findPython, type PythonPackage } from '../contest/python';

export type ContestantName =
  | 'bare'
  | 'zod'
  | 'parse'
  | 'jq'
  | 'pydantic'
  | 'duckdb-1'
  | 'duckdb-2'
  | 'ours-1'
  | 'ours-2'
  | 'zod-http'
  | 'ours-http'
  | 'ours-worker';

/** Ours on a file, or on several as one input. */
export function oursFromFile(threads: 1 | 2, path: string): Contestant<ContestantName> {
  const label = threads === 1 ? 'ours, one thread' : 'ours, two threads';
  return inNode(threads === 1 ? 'ours-1' : 'ours-2', label, 'ours-from-file', [String(threads), path]);
}

/** What users of Node write. */
export function zodFromFile(path: string): Contestant<ContestantName> {
  return inNode('zod', 'readline + JSON.parse + zod', 'zod-from-file', [path]);
}

/** The fastest that users of Node could write without checking anything. */
export function parseFromFile(path: string): Contestant<ContestantName> {
  return inNode('parse', 'utf8Slice + JSON.parse', 'json-parse', [path]);
}

/** Ours and what users write, reading the object over HTTP and checking its checksum. */
export function overHttp({ url, uri }: EmulatedStorage): Contestant<ContestantName>[] {
  return [
    inNode('zod-http', 'over HTTP: createReadStream + readline + JSON.parse + zod', 'zod-over-http', [url, uri]),
    inNode('ours-http', 'over HTTP: ours', 'ours-over-http', [url, uri]),
  ];
}

/** A run of a worker, with everything that Temporal has it do meanwhile. */
export function inWorker({ address, bundlePath }: TemporalForWorkers, { url, uri }: EmulatedStorage) {
  return inNode('ours-worker', 'over HTTP: ours, a run of a worker', 'ours-in-worker', [address, bundlePath, url, uri]);
}

/** Other programs, as far as they are at hand, and a sentence on each that isn't. */
export async function otherPrograms(path: string): Promise<{
  readonly contestants: readonly Contestant<ContestantName>[];
  readonly absent: readonly string[];
}> {
  const contestants: Contestant<ContestantName>[] = [];
  const absent: string[] = [];
  if (await hasJq()) contestants.push({ name: 'jq', label: 'jq', run: () => countWithJq(path) });
  else absent.push('jq is left out: it isn’t on the PATH.');
  const ofPackage: Readonly<Record<PythonPackage, (python: string, version: string) => Contestant<ContestantName>[]>> =
    {
      pydantic: (python, version) => [inPython('pydantic', `pydantic ${version}`, python, 'pydantic_rows', [path])],
      duckdb: (python, version) => [
        inPython('duckdb-1', `DuckDB ${version}, typed, one thread`, python, 'duckdb_rows', ['1', path]),
        inPython('duckdb-2', `DuckDB ${version}, typed, two threads`, python, 'duckdb_rows', ['2', path]),
      ],
    };
  for (const name of ['pydantic', 'duckdb'] as const) {
    const found = await findPython(name);
    if (found === undefined) absent.push(`${name} is left out: no Python here has it; --install gets it.`);
    else contestants.push(...ofPackage[name](found.python, found.version));
  }
  return { contestants, absent };
}
