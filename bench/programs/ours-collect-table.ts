import { argv } from 'node:process';
import { copyOutput, findTables } from '../../src/collect/named-tables';
import { AccessTokensFixed } from '../../src/gateways/access-tokens-google';
import { ObjectStoreFiles } from '../../src/gateways/object-store-files';
import { TableStoreRest } from '../../src/gateways/table-store-rest';
import { readPlan } from '../../src/rows/plan';
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
  const [table] = await findTables(gateways.tables, 'Output', [uri], attempt.signal);
  const plan = await readPlan(store, planUri);
  const outputs = await copyOutput(gateways, table!, { directory, plan }, attempt);
  return settleOutputs(store, { planUri, outputs }, { directory, threads: 1 });
}

void printMeasured(collectTable);
