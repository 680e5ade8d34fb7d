import { nameInBigQuery } from './bigquery-uri';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
}

/** What is known of a table before a row of it is read. */
interface DescribedTable {
  readonly uri: string;
  readonly type: string;
  readonly columns: readonly Column[];
  readonly location: string;
  readonly isStreaming: boolean;
}

/** Types that a column besides `request` may not have, by the documentation of batch prediction from BigQuery. */
const UNSUPPORTED: ReadonlySet<string> = new Set(['RECORD', 'STRUCT', 'RANGE', 'DATETIME', 'GEOGRAPHY']);

/** Columns that the service adds to its output. */
const RESERVED: ReadonlySet<string> = new Set(['response', 'status']);

/** What a name says that leads to no table, as the end of a sentence. BigQuery deletes a table that expires. */
export const NO_SUCH_TABLE = 'does not exist; check project, dataset and table, and whether it had an expiration time.';

/** Why a job can't read a table, or we can't by index, with the remedy: what follows its name in a sentence. */
export function tableProblem(table: DescribedTable): string | undefined {
  return unreadableProblem(table, columnsProblem(table.columns));
}

/**
 * Why we can't read a table by index, with the remedy.
 * @param columns what is wrong with its columns, which is told before what passes by itself
 */
export function unreadableProblem(
  { uri, type, isStreaming }: Pick<DescribedTable, 'uri' | 'type' | 'isStreaming'>,
  columns: string | undefined,
): string | undefined {
  if (type !== 'TABLE') return `is a ${type}, whose rows can't be read by index; ${copied(uri)}.`;
  if (columns !== undefined || !isStreaming) return columns;
  return `has rows in its streaming buffer, which aren't counted yet; try again when they are in (up to 90 minutes), or load rows instead of streaming them.`;
}

/** Whether a job in a location can read a table, as far as that is documented. */
export type TablePlace = { readonly kind: 'fits' } | { readonly kind: 'elsewhere' | 'unknown'; readonly why: string };

/** The service wants datasets in the job's region, and takes no multi-region; of `global` nobody knows. */
export function tablePlace({ location }: Pick<DescribedTable, 'location'>, wanted: string): TablePlace {
  if (location === wanted) return { kind: 'fits' };
  if (wanted === 'global')
    return { kind: 'unknown', why: `lies in ${location}: whether a job in global reads tables isn't documented.` };
  const remedy = /^(US|EU)$/.test(location)
    ? 'batch jobs read no multi-region; copy the table into a dataset of that region'
    : `set location to ${location}, or copy the table`;
  return { kind: 'elsewhere', why: `lies in ${location}, the job would run in ${wanted}: ${remedy}.` };
}

function columnsProblem(columns: readonly Column[]): string | undefined {
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

function typeOf({ type, mode }: Column): string {
  return mode === 'REPEATED' ? `ARRAY<${type}>` : type;
}

function copied(uri: string): string {
  return `make a table of it: CREATE TABLE … AS SELECT * FROM \`${nameInBigQuery(uri)}\``;
}
