import { createHash } from 'node:crypto';
import type { RunReference } from '../domain/accepted-request';
import { BatchError } from '../domain/batch-error';
import { nameInBigQuery } from '../domain/bigquery-uri';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type {
  ReadLinesOptions,
  RowRange,
  StoredTable,
  TableColumn,
  TableLines,
  TableStore,
} from '../gateways/table-store';
import { commitOnce, type DataObject, dataObject, findRecord, nonce } from '../rows/commits';
import { inParallel } from '../rows/in-parallel';
import { joinObjects, publish } from '../rows/publish';
import type { ValidationSettings } from '../rows/range-recorder';
import { toSourceFile } from '../rows/source-file';
import { AnswerSizes, rowRanges } from '../rows/tables/read-table-lines';
import { type CopyToValidate, writeValidated } from '../rows/tables/validated-copy';
import { type ValidatedRange, validationDirectory } from '../rows/validated-range';
import type { SourceFile } from '../rows/sources';
import type { Attempt, RowGateways } from './attempt';
import { findUnchanged } from './pinned-table';

export interface TableGateways extends RowGateways {
  readonly tables: TableStore;
}

/** What is thrown of a table that isn't the same any more. */
type ChangedTable = (uri: string, cause?: unknown) => Error;

/** As of the ranges of any input: an activity each is worth it, and as many are bearable. */
const RANGE_BYTES = 64_000_000;
const MOST_RANGES = 500;
const LOOKS_AT_A_TIME = 16;

/** How rows are validated while they are copied, and where what is learned of them is kept. */
interface CopyValidation extends ValidationSettings {
  readonly run: RunReference;
}

/** A part of a table's columns, for as long as it does. */
interface SomeColumns {
  /** In the table's order. */
  readonly columns: readonly TableColumn[];
  /** Whether these rows can do without the other columns. */
  suffice(lines: Buffer): boolean;
}

export interface CopyTableOptions {
  /** @default `InputChanged` */
  readonly changed?: ChangedTable;
  /** @default they are only copied */
  readonly validation?: CopyValidation | undefined;
  /** What is copied; all columns of the first range that they don't suffice for, and of those behind it. @default all columns */
  readonly some?: SomeColumns | undefined;
  /** A later attempt goes on behind the last range of so many bytes; several are joined. @default 64,000,000, of a large table more */
  readonly rangeBytes?: number | undefined;
}

/** A range of rows as it was copied. */
export interface CopiedRange extends DataObject {
  readonly validated?:
    | undefined
    | {
        /** Tells execution and settings. */
        readonly directory: string;
        /** Its first byte in the copy. */
        readonly from: number;
        readonly record: ValidatedRange;
      };
}

export interface TableCopy {
  readonly copy: DataObject;
  /** In their order; none where the copy stood already. */
  readonly ranges: readonly CopiedRange[];
}

/**
 * Copies a table as it is now into one object of JSON lines whose name begins with `base`; the line is the row's number.
 * Ranges are noted as they are done: a later attempt goes on with those that are missing.
 * @throws what `changed` makes of a table that changed while it was read
 */
export async function copyTable(
  gateways: TableGateways,
  table: StoredTable,
  base: string,
  attempt: Attempt,
  options: CopyTableOptions = {},
): Promise<TableCopy> {
  const { store, tables } = gateways;
  const { changed = inputChanged, validation, some } = options;
  const { rangeBytes = Math.max(RANGE_BYTES, table.bytes / MOST_RANGES) } = options;
  const { signal } = attempt;
  const name = `${base}-${pinOf(table)}`;
  const standing = await store.find(`${name}.jsonl`, { signal });
  if (standing !== undefined) return { copy: dataObject(standing, table.rows), ranges: [] };
  const settings = validation && {
    ...validation,
    directory: validationDirectory(validation.run, name, validation.keyField, validation.validation),
  };
  const ranges = await copyRanges(gateways, { table, name, changed, rangeBytes, validation: settings, some }, attempt);
  const [first, ...rest] = ranges;
  if (first === undefined) throw new RangeError(`${table.uri} has no rows to copy`);
  if ((await findUnchanged(tables, table, signal)) === undefined) throw changed(table.uri);
  const joined = await joinObjects(store, [first, ...rest], `${name}/joined`, { signal });
  const copy = await publish(store, joined, `${name}.jsonl`, { signal });
  await deletePieces(store, `${name}/`, signal);
  return { copy, ranges };
}

/** The same, as a file that rows are read from. */
export async function copyToFile(
  gateways: TableGateways,
  table: StoredTable,
  base: string,
  attempt: Attempt,
  options: Omit<CopyTableOptions, 'validation'>,
): Promise<SourceFile> {
  const { uri } = (await copyTable(gateways, table, base, attempt, options)).copy;
  const object = await gateways.store.find(uri, { signal: attempt.signal });
  if (object === undefined) throw new BatchError('NotFound', `${uri} is gone, which the run had just written`);
  return toSourceFile(object);
}

/** What the name of a copy begins with, where nothing else is said. */
export function fileNameOf({ uri }: StoredTable): string {
  return encodeURIComponent(nameInBigQuery(uri));
}

/** The same version of a table has the same name. */
function pinOf({ uri, lastModified, rows }: StoredTable): string {
  return createHash('sha256')
    .update(JSON.stringify([uri, lastModified, rows]))
    .digest('hex')
    .slice(0, 16);
}

interface Copying {
  readonly table: StoredTable;
  /** Of the copy, without its ending. */
  readonly name: string;
  readonly changed: ChangedTable;
  readonly rangeBytes: number;
  readonly validation: (ValidationSettings & { readonly directory: string }) | undefined;
  readonly some: SomeColumns | undefined;
}

/** One range after the other, so that the place of each in the copy is known when it begins; pages are read ahead. */
async function copyRanges(
  { store, tables }: TableGateways,
  { table, name, changed, rangeBytes, validation, some }: Copying,
  attempt: Attempt,
): Promise<CopiedRange[]> {
  const { signal } = attempt;
  const planned = rowRanges(table, rangeBytes);
  const uriOf = ({ from, to }: RowRange) => `${name}/${from}-${to}`;
  const standing = await inParallel(planned.length, LOOKS_AT_A_TIME, (range) =>
    findRecord<CopiedRange>(store, `${uriOf(planned[range]!)}.json`, { signal }),
  );
  const rowsFrom = (first: number, wanted?: SomeColumns) => {
    const missing = planned.filter((_, ordinal) => ordinal >= first && standing[ordinal] === undefined);
    return linesOf(tables, { table, ranges: missing, changed, some: wanted }, attempt);
  };
  const copied: CopiedRange[] = [];
  let rows = rowsFrom(0, some);
  let from = 0;
  try {
    for (const [ordinal, range] of planned.entries()) {
      const check = validation && { ...validation, from, own: `${validation.directory}${ordinal}-${nonce()}` };
      const toCopy = { uri: uriOf(range), rows: range.to - range.from, check };
      const copyNext = () => copyRange(store, toCopy, rows, signal);
      const copyInFull = async (error: unknown) => {
        if (!(error instanceof MoreColumns)) throw error;
        await rows.return(undefined);
        rows = rowsFrom(ordinal);
        return await copyNext();
      };
      const next = standing[ordinal] ?? (await copyNext().catch(copyInFull));
      copied.push(isValidatedAs(next, validation, from) ? next : { ...next, validated: undefined });
      from += next.bytes;
    }
  } finally {
    await rows.return(undefined);
  }
  return copied;
}

/** Whether what a record says was learned in the same place, under the same settings and by the same execution. */
function isValidatedAs({ validated }: CopiedRange, wanted: Copying['validation'], from: number): boolean {
  return validated !== undefined && validated.directory === wanted?.directory && validated.from === from;
}

interface RangeToCopy {
  readonly uri: string;
  readonly rows: number;
  readonly check: (CopyToValidate & { readonly directory: string }) | undefined;
}

/** Copies the rows that come next; the record that another attempt committed counts before its own. */
async function copyRange(
  store: ObjectStore,
  { uri, rows, check }: RangeToCopy,
  lines: AsyncGenerator<TableLines>,
  signal: AbortSignal,
): Promise<CopiedRange> {
  const content = nextRows(lines, rows);
  const target = `${uri}-${nonce()}.jsonl`;
  const copied =
    check === undefined
      ? dataObject(await store.write(target, content, { ifGenerationMatch: 0, signal }), rows)
      : await copyValidated(store, { uri: target, rows, check }, content, signal);
  return (await commitOnce<CopiedRange>(store, `${uri}.json`, copied, { signal })).record;
}

async function copyValidated(
  store: ObjectStore,
  { uri, rows, check }: RangeToCopy & { readonly check: NonNullable<RangeToCopy['check']> },
  lines: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<CopiedRange> {
  const { object, record } = await writeValidated(store, uri, lines, check, { signal });
  return { ...dataObject(object, rows), validated: { directory: check.directory, from: check.from, record } };
}

/** So many rows of those that come next, and no more. */
async function* nextRows(lines: AsyncGenerator<TableLines>, rows: number): AsyncGenerator<Buffer> {
  for (let taken = 0; taken < rows;) {
    const { done, value } = await lines.next();
    if (done === true) throw new RangeError(`${rows - taken} of ${rows} rows never came`);
    taken += value.rows;
    yield value.lines;
  }
}

/** Some columns don't suffice: a row has to be read in full. */
class MoreColumns extends Error {}

interface LinesToRead extends Pick<Copying, 'table' | 'changed' | 'some'> {
  readonly ranges: readonly RowRange[];
}

/** @throws {MoreColumns} */
async function* linesOf(
  tables: TableStore,
  { table, ranges, changed, some }: LinesToRead,
  attempt: Attempt,
): AsyncGenerator<TableLines> {
  const { signal } = attempt;
  const options: ReadLinesOptions = { signal, ...(some && { columns: some.columns }) };
  const sizes = new AnswerSizes(table);
  try {
    for await (const lines of tables.readLines(table, sizes.cut(ranges), options)) {
      signal.throwIfAborted();
      attempt.heartbeat();
      sizes.note(lines);
      if (some?.suffice(lines.lines) === false) throw new MoreColumns();
      yield lines;
    }
  } catch (error) {
    if (isGatewayError(error, 'not-found', 'precondition')) throw changed(table.uri, error);
    throw error;
  }
}

function inputChanged(uri: string, cause?: unknown): BatchError {
  return new BatchError('InputChanged', `${uri} changed while the run read it`, { cause });
}

async function deletePieces(store: ObjectStore, directory: string, signal: AbortSignal): Promise<void> {
  for await (const { uri } of store.list(directory, { signal })) await store.delete(uri);
}
