import { parseOutputTableUri, toTableUri } from '../../gateways/bq-uri';

/** Of a table in a dataset for which the caller names none. */
const DEFAULT_NAME = 'predictions';

/**
 * Where the job of a claim writes its rows: a table that no other job has, since Google's pages and its protocol definition
 * contradict each other on a table that stands already. A bare project is left as it is, and the service names dataset and table.
 */
export function outputTableOf(outputTable: string, claimKey: string): string {
  const { project, dataset, table } = parseOutputTableUri(outputTable);
  if (dataset === null) return outputTable;
  return toTableUri({ project, dataset, table: `${table ?? DEFAULT_NAME}_${claimKey.replaceAll('-', '_')}` });
}
