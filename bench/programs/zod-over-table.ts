import { argv } from 'node:process';
import { BigQuery } from '@google-cloud/bigquery';
import { parseTableUri } from '../../src/gateways/bq-uri';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';
import { isValidRow } from './zod-rows';

interface Row {
  readonly key: string;
  readonly request: string;
}

/** What people write: the rows as Google's library streams them, `JSON.parse`, and a schema of the fields that they use. */
async function checkTable(apiEndpoint: string, uri: string): Promise<Verdict> {
  const { project, dataset, table } = parseTableUri(uri);
  const bigQuery = new BigQuery({ apiEndpoint, projectId: project });
  let rows = 0;
  let errors = 0;
  for await (const { key, request } of bigQuery
    .dataset(dataset)
    .table(table)
    .createReadStream() as AsyncIterable<Row>) {
    rows += 1;
    if (!isValidRow({ key, request: JSON.parse(request) as unknown })) errors += 1;
  }
  return { rows, errors };
}

const [apiEndpoint = '', uri = ''] = argv.slice(2);
void printMeasured(() => checkTable(apiEndpoint, uri));
