import type { Emulator } from '../../src/emulator';
import { parseTableUri } from '../../src/gateways/bq-uri';

const POLL_MS = 100;
/**
 * Makes a table of an object's rows, as a load job does.
 * @param columns `name TYPE`, separated by commas
 */
export async function loadTable(emulator: Emulator, table: string, columns: string, source: string): Promise<void> {
  const { project: projectId, dataset: datasetId, table: tableId } = parseTableUri(table);
  const call = async (method: string, path: string, body?: object) => {
    const url = `http://emulator.test/bigquery/v2/projects/${projectId}/${path}`;
    const response = await emulator.fetch(new Request(url, { method, ...(body && { body: JSON.stringify(body) }) }));
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    return (await response.json()) as { readonly status: { readonly state: string; readonly errorResult?: unknown } };
  };
  await call('POST', 'datasets', { datasetReference: { datasetId }, location: 'us-central1' });
  const load = {
    sourceUris: [source],
    sourceFormat: 'NEWLINE_DELIMITED_JSON',
    schema: { fields: columns.split(',').map(columnOf) },
    destinationTable: { projectId, datasetId, tableId },
  };
  await call('POST', 'jobs', { jobReference: { projectId, jobId: 'load' }, configuration: { load } });
  let { status } = await call('GET', 'jobs/load');
  while (status.state !== 'DONE') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    ({ status } = await call('GET', 'jobs/load'));
  }
  if (status.errorResult !== undefined) throw new Error(`${table}: ${JSON.stringify(status.errorResult)}`);
}

function columnOf(column: string): object {
  const [name, type] = column.split(' ');
  return { name, type };
}
