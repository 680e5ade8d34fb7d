import type { Access } from '../gateways/access';
import { parseTableUri } from '../gateways/bq-uri';
import type { TableStore } from '../gateways/table-store';
import type { CallOptions } from '../gateways/vertex-jobs';
import { lackOn } from './check-table';
import { grantOnDataset, grantOnProject } from './remedies';
import type { NeededTables } from './require-tables';

/** A right that is missing. */
export interface Lack {
  readonly what: string;
  /** The command that gives it to a member. */
  readonly remedy: (member: string | null) => string;
}

const RUN_JOBS = 'bigquery.jobs.create';
const WRITE_ROWS = 'bigquery.tables.updateData';

/**
 * What the caller lacks to load rows into tables. Rights on a table that isn't there yet can't be asked for: there the load itself
 * tells, which can be repeated at no cost.
 */
export async function lackedForLoads(
  { access, tables }: { readonly access: Access; readonly tables: TableStore },
  project: string,
  { resultsTable, errorsTable, deadLettersTable }: Omit<NeededTables, 'location'>,
  options: CallOptions,
): Promise<Lack | undefined> {
  const appended = [resultsTable, errorsTable].filter((uri) => uri !== undefined);
  if (appended.length === 0 && deadLettersTable === undefined) return undefined;
  const held = await access.projectPermissions(project, [RUN_JOBS], options);
  if (!held.includes(RUN_JOBS))
    return {
      what: `${RUN_JOBS} on project ${project}`,
      remedy: (member) => grantOnProject(project, member, 'roles/bigquery.jobUser'),
    };
  for (const uri of appended) {
    const stands = (await tables.find(uri, options)) !== undefined;
    if (!stands || (await access.tablePermissions(uri, [WRITE_ROWS], options)).includes(WRITE_ROWS)) continue;
    return {
      what: lackOn(uri, WRITE_ROWS),
      remedy: (member) => grantOnDataset(parseTableUri(uri), member, 'roles/bigquery.dataEditor'),
    };
  }
  return undefined;
}
