import { argv } from 'node:process';
import { BigQuery } from '@google-cloud/bigquery';
import { parseTableUri } from '../../src/gateways/bq-uri';
import { printMeasured } from './measured';
import { knownRows, type OutputRow, writeResults } from './naive-results';

const [, , apiEndpoint = '', uri = '', rowsPath = '', target = ''] = argv;
const known = knownRows(rowsPath, 'key');

interface TableRow {
  readonly key: string;
  readonly status: string;
  readonly response: string | null;
}

async function* outputs(): AsyncGenerator<OutputRow> {
  const { project, dataset, table } = parseTableUri(uri);
  const rows = new BigQuery({ apiEndpoint, projectId: project }).dataset(dataset).table(table).createReadStream();
  for await (const { key, status, response } of rows as AsyncIterable<TableRow>)
    yield {
      key,
      status,
      ...(response !== null && { response: JSON.parse(response) as OutputRow['response'] & object }),
    };
}

/** What people write: the rows as Google's library streams them, `JSON.parse` of what they use, a Map, `JSON.stringify`. */
void printMeasured(() => writeResults(outputs(), ({ key = '' }) => known.get(key), target));
