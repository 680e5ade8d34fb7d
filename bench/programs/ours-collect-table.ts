import { argv } from 'node:process';
import { copyTables, findTables } from '../../src/collect/named-tables';
import { AccessTokensFixed } from '../../src/gateways/access-tokens-google';
import { ObjectStoreFiles } from '../../src/gateways/object-store-files';
import { TableStoreRest } from '../../src/gateways/table-store-rest';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';
import { quietAttempt } from './quiet-attempt';
import { settleOutputs } from './settle-outputs';

const [, , endpoint = '', uri = '', planUri = '', directory = ''] = argv;

/** What `vertex-batch collect` does with an output table once it knows its input: copies it into files, and reads those. */
async function collectTable(): Promise<Verdict> {
  const store = new ObjectStoreFiles();
  const attempt = quietAttempt();
  const rest = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint });
  const gateways = { store, tables: () => rest };
  const files = await copyTables(
    gateways,
    await findTables(gateways.tables, 'Output', [uri], attempt.signal),
    directory,
    attempt,
  );
  return settleOutputs(store, { planUri, outputs: { uri, files } }, { directory, threads: 1 });
}

void printMeasured(collectTable);
