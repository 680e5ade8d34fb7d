import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { bareNode, type Contestant, inNode, inPython } from '../contest/contestant';
import { findPython } from '../contest/python';
import type { PreparedOutputs } from './preparation';

export type CollectorName =
  | 'bare'
  | 'ours'
  | 'ours-hashes'
  | 'ours-two-threads'
  | 'naive'
  | 'naive-hashes'
  | 'json'
  | 'duckdb-1'
  | 'duckdb-2';

/** All that make results of outputs, as far as they are at hand, and a sentence on each that isn't. */
export async function collectors(
  directory: string,
  { withKeys, withoutKeys, knownRows }: PreparedOutputs,
): Promise<{ readonly contestants: readonly Contestant<CollectorName>[]; readonly absent: readonly string[] }> {
  const target = (name: CollectorName) => join(directory, name);
  const contestants: Contestant<CollectorName>[] = [
    bareNode(withKeys.path),
    ours('ours', 'ours, keys', directory, withKeys),
    ours('ours-two-threads', 'ours, keys, two threads', directory, withKeys, 2),
    ours('ours-hashes', 'ours, hashes', directory, withoutKeys),
    inNode('naive', 'readline + JSON.parse + Map + JSON.stringify', 'naive-collect', [
      'key',
      knownRows,
      withKeys.path,
      target('naive'),
    ]),
    inNode('naive-hashes', 'the same with stable stringify + SHA-256', 'naive-collect', [
      'hash',
      knownRows,
      withoutKeys.path,
      target('naive-hashes'),
    ]),
    inPython('json', 'Python json', 'python3', 'collect_json', [knownRows, withKeys.path, target('json')]),
  ];
  const duckdb = await findPython('duckdb');
  if (duckdb === undefined) {
    return { contestants, absent: ['DuckDB is left out: no Python here has it; --install gets it.'] };
  }
  const { python, version } = duckdb;
  for (const threads of ['1', '2'] as const) {
    const name = `duckdb-${threads}` as const;
    const args = [threads, knownRows, withKeys.path, target(name)];
    contestants.push(
      inPython(
        name,
        `DuckDB ${version}, ${threads === '1' ? 'one thread' : 'two threads'}`,
        python,
        'collect_duckdb',
        args,
      ),
    );
  }
  return { contestants, absent: [] };
}

/** Each time into a directory of its own: what stands is taken for done. */
function ours(
  name: CollectorName,
  label: string,
  directory: string,
  { prepared }: PreparedOutputs['withKeys'],
  threads = 1,
): Contestant<CollectorName> {
  const run = () =>
    inNode(name, label, 'ours-collect', [
      `${threads}`,
      JSON.stringify(prepared),
      join(directory, `${name}-${randomUUID()}/`),
    ]).run();
  return { name, label, run };
}
