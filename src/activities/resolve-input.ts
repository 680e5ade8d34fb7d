import { createHash } from 'node:crypto';
import { BatchError } from '../domain/batch-error';
import { isInBigQuery } from '../domain/bigquery-uri';
import { tablePlace } from '../domain/input-table';
import type { ObjectStore, StoredObject } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';
import { findInputTable } from '../rows/tables/input-table';
import { commitOnce } from '../rows/commits';
import { inParallel } from '../rows/in-parallel';
import { type InputPattern, parseInputPattern } from '../rows/input-pattern';
import { planRanges } from '../rows/ranges';
import { toSourceFile } from '../rows/source-file';
import { validatedRangeUri, validationDirectory } from '../rows/validated-range';
import { workDirectory } from '../rows/work-directory';
import { planUri } from '../rows/plan';
import { requireRights, type LookGateways, type NeededRights, type RightsGateways } from '../preflight/require-rights';
import { requireTables } from '../preflight/require-tables';
import type { FileRange, Sources } from '../rows/sources';
import type { Attempt } from './attempt';
import { type CopiedRange, copyTable, fileNameOf, type TableGateways } from './copy-table';
import type { ResolvedInput, ResolveInputInput } from './contract';
import { pinnedTable } from './pinned-table';

const MAX_FILES = 10_000;

/** Lists the input as it is now, cuts it into ranges and notes both in one object. */
export async function resolveInput(
  { preflight, ...gateways }: TableGateways & { readonly preflight?: RightsGateways },
  given: ResolveInputInput,
  attempt: Attempt,
): Promise<ResolvedInput> {
  const { store, tables } = gateways;
  const { run, input, allowEmpty = false, needs } = given;
  const { signal } = attempt;
  const isTable = isInBigQuery(input[0] ?? '');
  const found = isTable
    ? await findTable(tables, given, attempt)
    : await findSources(store, input, { ...attempt, ownDirectory: run.directory, allowEmpty });
  if (needs !== undefined && preflight?.isRequired === true) {
    const asked = 'files' in found ? needs : { ...needs, table: found };
    await beforeSpending(store, { ...preflight, tables }, run, asked, signal);
  }
  const { sources, copied } =
    'files' in found ? { sources: found, copied: [] } : await copySources(gateways, found, given, attempt);
  const sourcesUri = `${workDirectory(run)}sources-${digestOf(sources)}.json`;
  await commitValidated(store, copied, { ...given, sourcesUri }, signal);
  await commitOnce(store, sourcesUri, sources, { signal });
  return {
    sourcesUri,
    files: sources.files.length,
    bytes: sources.files.reduce((sum, file) => sum + file.size, 0),
    ranges: sources.ranges.length,
  };
}

/** An id that has its plan may have jobs that are paid for, and they aren't left alone for a right that only new ones need. */
async function beforeSpending(
  store: ObjectStore,
  gateways: LookGateways,
  run: ResolveInputInput['run'],
  needs: NeededRights,
  signal: AbortSignal,
): Promise<void> {
  const stands = await store.find(planUri(run), { signal });
  if (stands !== undefined) return;
  if (needs.tables !== undefined) await requireTables(gateways.tables, needs.tables, { signal });
  await requireRights(gateways, needs, { signal });
}

/** The table of the input, if a job where this one will run can read it. @throws {BatchError} with the remedy */
async function findTable(
  tables: TableStore,
  { input: [uri = ''], location, allowEmpty = false }: ResolveInputInput,
  { signal, log }: Attempt,
): Promise<StoredTable> {
  const table = await findInputTable(tables, uri, { allowEmpty, signal });
  const place = tablePlace(table, location ?? table.location);
  if (place.kind === 'elsewhere') throw new BatchError('InvalidInput', `Input ${uri} ${place.why}`);
  if (place.kind === 'unknown') log.warn(`${uri} ${place.why}`);
  return table;
}

/** A table is copied as it is now: what the run reads of it later, it reads there. */
async function copySources(
  gateways: TableGateways,
  table: StoredTable,
  { run, validateAs }: ResolveInputInput,
  attempt: Attempt,
): Promise<{ readonly sources: Sources; readonly copied: readonly CopiedRange[] }> {
  if (table.rows === 0) return { sources: { files: [], ranges: [] }, copied: [] };
  const base = `${run.directory}input/${fileNameOf(table)}`;
  const validation = validateAs && { ...validateAs, run };
  const { copy, ranges } = await copyTable(gateways, table, base, attempt, { validation });
  const found = await findSources(gateways.store, [copy.uri], { ...attempt, ownDirectory: run.directory });
  const sources = {
    files: found.files,
    ranges: ranges.length === 0 ? found.ranges : rangesAsCopied(ranges),
    table: pinnedTable(table),
  };
  return { sources, copied: ranges };
}

/** They begin and end where objects of the copy did, so that what was learned while one was written is known of a range. */
function rangesAsCopied(ranges: readonly CopiedRange[]): FileRange[] {
  let to = 0;
  return ranges.map(({ bytes }) => ({ file: 0, from: to, to: (to += bytes) }));
}

const COMMITS_AT_A_TIME = 16;

/** Notes what was learned of ranges while they were copied, where the validation of each looks first. */
async function commitValidated(
  store: ObjectStore,
  ranges: readonly CopiedRange[],
  { run, sourcesUri, validateAs }: ResolveInputInput & Pick<ResolvedInput, 'sourcesUri'>,
  signal: AbortSignal,
): Promise<void> {
  if (validateAs === undefined) return;
  const directory = validationDirectory(run, sourcesUri, validateAs.keyField, validateAs.validation);
  await inParallel(ranges.length, COMMITS_AT_A_TIME, async (range) => {
    const record = ranges[range]?.validated?.record;
    if (record !== undefined) await commitOnce(store, validatedRangeUri(directory, range), record, { signal });
  });
}
/** What `gs://` objects and wildcards stand for now, each object once. */
export async function findSources(
  store: ObjectStore,
  input: readonly string[],
  attempt: Pick<Attempt, 'signal' | 'heartbeat'> & { readonly ownDirectory?: string; readonly allowEmpty?: boolean },
): Promise<Sources> {
  const { signal, ownDirectory, allowEmpty = false } = attempt;
  const patterns = input.map(parseInputPattern);
  if (patterns.length === 0)
    throw new BatchError('InvalidRequest', 'input must name at least one gs:// object, got none');
  const found = new Map<string, StoredObject>();
  for (const pattern of patterns) {
    attempt.heartbeat();
    let matched = 0;
    for await (const object of objectsOf(store, pattern, signal)) {
      if (isOwn(object.uri, ownDirectory)) continue;
      matched += 1;
      if (!found.has(object.uri)) found.set(object.uri, object);
      if (found.size > MAX_FILES) throw tooManyFiles(pattern);
    }
    if (matched === 0 && !(allowEmpty && pattern.hasWildcard)) throw notFound(pattern);
  }
  return sourcesOf([...found.values()], patterns, allowEmpty);
}

async function* objectsOf(store: ObjectStore, pattern: InputPattern, signal: AbortSignal) {
  if (!pattern.hasWildcard) {
    const object = await store.find(pattern.prefixUri, { signal });
    if (object !== undefined) yield object;
    return;
  }
  for await (const object of store.list(pattern.prefixUri, { signal })) {
    if (!object.uri.endsWith('/') && pattern.matches(object.uri)) yield object;
  }
}

/** What the run itself has written is no input of it, except what the command line uploaded for it. */
function isOwn(uri: string, directory: string | undefined): boolean {
  return directory !== undefined && uri.startsWith(directory) && !uri.startsWith(`${directory}input/`);
}

function sourcesOf(objects: readonly StoredObject[], patterns: readonly InputPattern[], allowEmpty: boolean): Sources {
  const encoded = objects.find((object) => (object.contentEncoding ?? 'identity') !== 'identity');
  if (encoded !== undefined) {
    throw new BatchError(
      'InvalidInput',
      `${encoded.uri} is stored with contentEncoding ${encoded.contentEncoding}; upload it uncompressed, the service reads plain JSONL`,
    );
  }
  const files = objects.filter(({ size }) => size > 0).map(toSourceFile);
  if (files.length === 0 && !allowEmpty) {
    const names = patterns.map(({ text }) => text).join(', ');
    throw new BatchError(
      'InvalidInput',
      `input ${names} is empty: every object found has 0 bytes; set allowEmptyInput where that is no error`,
    );
  }
  return { files, ranges: planRanges(files, { spanFiles: true }) };
}

function digestOf(sources: Sources): string {
  return createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
}

function notFound({ text, hasWildcard }: InputPattern): BatchError {
  const what = hasWildcard ? 'matches no object' : 'does not exist';
  return new BatchError(
    'InputNotFound',
    `input ${text} ${what}; check the name and that the worker may list the bucket`,
  );
}

function tooManyFiles({ text }: InputPattern): BatchError {
  return new BatchError(
    'TooLarge',
    `input has more than ${MAX_FILES} objects, counted up to ${text}; join them into fewer files`,
  );
}
