import { BatchError } from '../../domain/batch-error';
import type { StoredTable, TableColumn, TableStore } from '../../gateways/table-store';
import type { CallOptions } from '../commits';

/** Types that a column besides `request` may not have, by the documentation of batch prediction from BigQuery. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['RECORD', 'STRUCT', 'RANGE', 'DATETIME', 'GEOGRAPHY']);

const EMPTY = 'is empty: it must have one request a row.';

/** Columns that the service adds to its output. */
const RESERVED: ReadonlySet<string> = new Set(['response', 'status']);

/** The table of an input, if a job can read it and we can by index. @throws {BatchError} with the remedy */
export async function findInputTable(
  store: TableStore,
  uri: string,
  { allowEmpty = false, ...options }: CallOptions & { readonly allowEmpty?: boolean } = {},
): Promise<StoredTable> {
  const table = await store.find(uri, options);
  if (table === undefined)
    throw new BatchError('InputNotFound', `Input ${uri} does not exist; check project, dataset and table.`);
  const problem = tableProblem(table) ?? (table.rows === 0 && !allowEmpty ? EMPTY : undefined);
  if (problem !== undefined) throw new BatchError('InvalidInput', `Input ${uri} ${problem}`);
  return table;
}

function tableProblem({ uri, type, columns, isStreaming }: StoredTable): string | undefined {
  if (type !== 'TABLE') return `is a ${type}, whose rows can't be read by index; ${copied(uri)}.`;
  const column = columnsProblem(columns);
  if (column !== undefined) return column;
  if (isStreaming) {
    return `has rows in its streaming buffer, which aren't counted yet; try again when they are in (up to 90 minutes), or load rows instead of streaming them.`;
  }
  return undefined;
}

function columnsProblem(columns: readonly TableColumn[]): string | undefined {
  const request = columns.find(({ name }) => name === 'request');
  if (request === undefined) return 'has no column "request"; it must have one of type JSON or STRING.';
  const isText = request.mode !== 'REPEATED' && (request.type === 'JSON' || request.type === 'STRING');
  if (!isText) return `must have a column "request" of type JSON or STRING, got ${typeOf(request)}.`;
  const reserved = columns.find(({ name }) => RESERVED.has(name.toLowerCase()));
  if (reserved !== undefined)
    return `has a column "${reserved.name}", a name that the service's output has; rename it.`;
  const other = columns.find(({ type, mode }) => mode === 'REPEATED' || UNSUPPORTED.has(type));
  if (other === undefined) return undefined;
  return `has a column "${other.name}" of type ${typeOf(other)}, which batch jobs don't take; leave it out, or turn it into a STRING or JSON.`;
}

function typeOf({ type, mode }: TableColumn): string {
  return mode === 'REPEATED' ? `ARRAY<${type}>` : type;
}

function copied(uri: string): string {
  return `make a table of it: CREATE TABLE … AS SELECT * FROM \`${uri.slice('bq://'.length)}\``;
}
