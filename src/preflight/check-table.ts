import { count } from '../domain/count-text';
import { NO_SUCH_TABLE, tablePlace, tableProblem } from '../domain/input-table';
import { parseTableUri } from '../gateways/bq-uri';
import { isGatewayError } from '../gateways/gateway-error';
import type { StoredTable, TableStore } from '../gateways/table-store';
import type { CallOptions } from '../gateways/vertex-jobs';
import { missing, ok, unknown, untold, type Check } from './check';
import { grantOnDataset } from './remedies';

const READER = 'roles/bigquery.dataViewer';

/** A table that a run would read, in a job at a location if somebody said where. */
export interface UsedTable {
  readonly uri: string;
  readonly location: string | null;
}

/** Whether the caller may read a table, and a job can. It reads one row at most. */
export async function checkTable(
  tables: TableStore,
  { uri, location }: UsedTable,
  member: string | null,
  options?: CallOptions,
): Promise<Check> {
  const about = { name: 'bigquery', subject: uri } as const;
  const denied = (permission: string) => missing(about, lackOn(uri, permission), grantToRead(uri, member));
  try {
    const table = await tables.find(uri, options);
    if (table === undefined) return missing(about, NO_SUCH_TABLE, null);
    const problem = tableProblem(table);
    if (problem !== undefined) return missing(about, problem, null);
    const place = tablePlace(table, location ?? table.location);
    if (place.kind === 'elsewhere') return missing(about, place.why, null);
    if (!(await mayReadRows(tables, table, options))) return denied('bigquery.tables.getData');
    return place.kind === 'unknown' ? unknown(about, place.why) : ok(about, seenOf(table));
  } catch (error) {
    return isGatewayError(error, 'permission') ? denied('bigquery.tables.get') : untold(about, error);
  }
}

/** Whether the service gives the caller a row of a table that is there: only doing so tells. */
export async function mayReadRows(tables: TableStore, { uri }: StoredTable, options?: CallOptions): Promise<boolean> {
  try {
    const pages = tables.readRows(uri, { from: 0, to: 1, ...options });
    await pages[Symbol.asyncIterator]().next();
    return true;
  } catch (error) {
    // a table without a row was read as well
    if (isGatewayError(error, 'precondition')) return true;
    if (isGatewayError(error, 'permission')) return false;
    throw error;
  }
}

/** The permission that is lacked, in a sentence. */
export function lackOn(uri: string, permission: string): string {
  const { project, dataset } = parseTableUri(uri);
  return `${permission} on dataset ${project}.${dataset}`;
}

/** The command that lets a member read a table, and the others of its dataset. */
export function grantToRead(uri: string, member: string | null): string {
  return grantOnDataset(parseTableUri(uri), member, READER);
}

function seenOf({ location, rows, expires }: StoredTable): string {
  const end = expires === null ? [] : [`expires ${new Date(expires).toISOString()}`];
  return [location, `${count(rows)} ${rows === 1 ? 'row' : 'rows'}`, ...end].join(' · ');
}
