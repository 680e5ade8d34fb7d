import { afterAll, beforeAll } from 'vitest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { EmulatedTables } from '../../support/emulated-tables';
import { findGoccyBigQuery, startGoccyBigQuery } from '../../support/goccy-bigquery';
import { describeTableStore } from '../../support/table-store-contract';

let missing: string | undefined;
let server: { url: string; stop(): Promise<void> } | undefined;

// the first build takes minutes, longer on a busy machine
beforeAll(async () => {
  const found = await findGoccyBigQuery();
  if ('missing' in found) missing = found.missing;
  else server = await startGoccyBigQuery(found.path, { project: 'acme', dataset: 'd' });
}, 3_600_000);

afterAll(() => server?.stop());

describeTableStore('TableStoreRest on goccy’s bigquery-emulator', {
  missing: () => missing,
  knownGaps: [
    // its datasets and tables have no location, and references of tables no project and dataset
    'finds a dataset, and none that isn’t there',
    'describes a table',
    'tells that a table has other rows',
    // lines are read of a table that was described
    'reads rows 0 to 250 as lines of JSON',
    'reads rows 0 to 1 as lines of JSON',
    'reads rows 99 to 101 as lines of JSON',
    'reads rows 249 to 250 as lines of JSON',
    'reads rows 5 to 5 as lines of JSON',
    'reads no other columns than are asked for',
    'reads no other columns of a table that has a list',
    // it ignores `maxResults`
    'reads rows 0 to 1 and no others',
    'reads rows 99 to 101 and no others',
    'reads rows 249 to 250 and no others',
    'says that rows are gone which were asked for',
    // it reads them
    'says that a view has no rows to read by index',
  ],
  open: async () => {
    const url = server!.url;
    const tables = new EmulatedTables({ fetch: (request) => fetch(request) }, url);
    const store = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint: url, retryDelayMs: 1 });
    return { store, put: tables.put.bind(tables) };
  },
});
