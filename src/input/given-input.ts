import { createReadStream, type BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BatchError } from '../domain/batch-error';
import { isInBigQuery } from '../domain/bigquery-uri';
import { generationOf } from '../gateways/local-files';
import type { StoredTable, TableStore } from '../gateways/table-store';
import { findInputTable } from '../rows/tables/input-table';
import type { LocalFile } from './local-version';
import { Spool, type Pieces } from './spool';

/** Input as a person names it, sorted by where it lies. */
export interface GivenInput {
  readonly local: readonly LocalFile[];
  /** `gs://` objects and wildcards, or a `bq://` table that is left to the run. */
  readonly remote: readonly string[];
  /** It is the only input then. */
  readonly table?: GivenTable | undefined;
  /** Deletes what was spooled. */
  dispose(): Promise<void>;
}

/** A table, as it was found. */
export interface GivenTable {
  readonly store: TableStore;
  readonly found: StoredTable;
}

export interface GivenInputOptions {
  /** BigQuery, asked for where a table is named; `as-remote` leaves tables to the run. @default tables are refused */
  readonly tables?: (() => TableStore) | 'as-remote';
  /** What `-` stands for. */
  readonly stdin?: Pieces;
  readonly signal?: AbortSignal;
  /** Hears of each piece of what is spooled, in bytes. */
  readonly onSpooled?: (bytes: number) => void;
}

const STDIN_NAME = '<stdin>';

/**
 * Looks at paths and URIs. Stdin, pipes and devices can be read only once, and rows are read again to show them and by
 * several threads: they are spooled to a file. What is a file already isn't copied.
 * @throws {BatchError} for what isn't there, isn't a file or can't be read by this version
 */
export async function givenInput(names: readonly string[], options: GivenInputOptions = {}): Promise<GivenInput> {
  const local: LocalFile[] = [];
  const remote: string[] = [];
  let table: GivenTable | undefined;
  const spool = new Spool(options);
  try {
    for (const name of names) {
      if (name.startsWith('gs://')) remote.push(name);
      else if (isInBigQuery(name) && options.tables === 'as-remote') remote.push(name);
      else if (isInBigQuery(name)) table = await givenTable(name, names, options);
      else if (name === '-' && options.stdin !== undefined) local.push(await spool.add(STDIN_NAME, options.stdin));
      else local.push(await localFile(name, spool));
    }
  } catch (error) {
    await spool.dispose();
    throw error;
  }
  return { local, remote, table, dispose: () => spool.dispose() };
}

async function givenTable(
  name: string,
  names: readonly string[],
  { tables, signal }: GivenInputOptions,
): Promise<GivenTable> {
  if (tables === undefined || tables === 'as-remote') throw noTables(name);
  if (names.length > 1) {
    throw new BatchError(
      'InvalidRequest',
      `Input ${name} is a table, which must be the only input; leave the others out.`,
    );
  }
  const store = tables();
  return { store, found: await findInputTable(store, name, signal === undefined ? {} : { signal }) };
}

async function localFile(name: string, spool: Spool): Promise<LocalFile> {
  const path = resolve(name);
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found?.isFile() === true) return { uri: name, path, size: Number(found.size), version: generationOf(found) };
  if (found !== undefined && isStream(found)) return spool.add(name, createReadStream(path) as Pieces);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(name)?.[0];
  if (scheme !== undefined) {
    throw new BatchError(
      'InputNotFound',
      `Input ${name}: ${scheme} can't be read; give gs://bucket/prompts.jsonl or a local file.`,
    );
  }
  const what = found === undefined ? "doesn't exist" : 'is a folder; name the files in it';
  throw new BatchError('InputNotFound', `Input ${name} ${what} (looked for ${path}).`);
}

/** Such as `<(zcat prompts.jsonl.gz)` of a shell. */
function isStream(found: BigIntStats): boolean {
  return found.isFIFO() || found.isCharacterDevice();
}

function noTables(name: string): BatchError {
  return new BatchError(
    'InvalidRequest',
    `Input ${name} is a BigQuery table, which only runs and vertex-batch validate read; export it to gs:// as JSONL.`,
  );
}
