import type { ManifestFile } from '../activities/finish-run';
import { BatchError } from '../domain/batch-error';
import type { ObjectStore } from '../gateways/object-store';
import { openStoreOf, type StorageOptions } from '../gateways/open-store';
import { readInput } from '../rows/input-changes';
import { type Line, readLines } from '../rows/lines';
import type { ErrorRow, ResultRow } from '../rows/result-row';
import type { StandardSchemaV1 } from '../standard-schema';
import { absolutePlace, findManifest } from './find-manifest';
import { fitAnswer } from './fit-answer';

/**
 * Where a run's results are: its directory, its manifest, the results prefix, as the result names them; or the result itself. In Cloud
 * Storage or, copied or collected, on this machine.
 */
export type ResultsPlace = string | { readonly manifest: string | null };

export interface ReadOptions extends StorageOptions {
  /** Ends the reading, which then rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface ReadResultsOptions<Output> extends ReadOptions {
  /**
   * Any Standard Schema: `output` of each row is the answer's JSON as the schema gives it, whatever schema the run had. @default
   * none: `output` is what the run's handler had, if it had a schema
   */
  readonly schema?: StandardSchemaV1<unknown, Output>;
}

/** A result row whose `output` is typed. */
export interface TypedResultRow<Output> extends Omit<ResultRow, 'output'> {
  readonly output: Output;
}

/**
 * The answered rows of a run, file by file as its manifest names them, never by a listing. Rows come as they are read: memory
 * doesn't grow with their number, a connection that breaks is taken up again, and whoever stops iterating stops the reading.
 * @throws {BatchError} `NotFound` where there is no manifest, `InputChanged` for a file that isn't what the manifest names;
 *   `TypeError` naming the row for an answer that doesn't fit the schema
 */
export function readResults<Output = unknown>(
  place: ResultsPlace,
  options: ReadResultsOptions<Output> = {},
): AsyncGenerator<TypedResultRow<Output>, void, undefined> {
  const { schema } = options;
  const rows = readRows<ResultRow>('results', place, options);
  return schema === undefined ? (rows as AsyncGenerator<TypedResultRow<Output>>) : fitted(rows, schema);
}

/** The rows without an answer, in input order. As {@link readResults}. */
export function readErrors(place: ResultsPlace, options: ReadOptions = {}): AsyncGenerator<ErrorRow, void, undefined> {
  return readRows<ErrorRow>('errors', place, options);
}

/** Failed and missing rows as they were given: what another run can send. As {@link readResults}. */
export function readDeadLetters(
  place: ResultsPlace,
  options: ReadOptions = {},
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  return readRows('dead-letters', place, options);
}

async function* fitted<Output>(
  rows: AsyncGenerator<ResultRow, void, undefined>,
  schema: StandardSchemaV1<unknown, Output>,
): AsyncGenerator<TypedResultRow<Output>, void, undefined> {
  for await (const row of rows) yield { ...row, output: await fitAnswer(schema, row) };
}

async function* readRows<Row>(
  purpose: ManifestFile['purpose'],
  place: ResultsPlace,
  { signal, ...storage }: ReadOptions,
): AsyncGenerator<Row, void, undefined> {
  const call = signal === undefined ? {} : { signal };
  const where = absolutePlace(nameOf(place));
  const store = await openStoreOf(where, storage);
  const { files } = await findManifest(store, where, call);
  for (const file of files) if (file.purpose === purpose) yield* rowsOf<Row>(store, file, call);
}

function nameOf(place: ResultsPlace): string {
  const name: unknown = typeof place === 'string' ? place : place.manifest;
  if (typeof name === 'string' && name !== '') return name;
  throw new BatchError('NotFound', 'The run has no manifest: it stopped before it had anything to write.');
}

async function* rowsOf<Row>(
  store: ObjectStore,
  { uri, generation, bytes, crc32c, rows }: ManifestFile,
  call: { readonly signal?: AbortSignal },
): AsyncGenerator<Row, void, undefined> {
  const content = readInput(store, { uri, generation, size: bytes, crc32c }, { ...call, from: 0, to: bytes });
  let read = 0;
  try {
    for await (const line of readLines(content)) {
      read += 1;
      yield parsed(line, uri) as Row;
    }
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    const message = `${uri} isn't what its manifest names any more: it was replaced or deleted`;
    throw new BatchError(error.type, message, { cause: error });
  }
  if (read !== rows) throw new Error(`${uri} has ${read} rows, its manifest says ${rows}`);
}

function parsed({ content, number }: Line, uri: string): unknown {
  if (content === undefined) throw new Error(`${uri}:${number + 1} is longer than can be held in memory`);
  return JSON.parse(content.toString('utf8')) as unknown;
}
