import { argv } from 'node:process';
import { DEFAULT_VALIDATION } from '../../src/domain/accepted-validation';
import { AccessTokensFixed } from '../../src/gateways/access-tokens-google';
import { TableStoreRest } from '../../src/gateways/table-store-rest';
import { givenInput } from '../../src/input/given-input';
import { validateGiven } from '../../src/input/validate-given';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';

/** What `vertex-batch validate` does with a table: its rows are validated as they come, and kept nowhere. */
async function validateTable(endpoint: string, uri: string): Promise<Verdict> {
  const { signal } = new AbortController();
  const store = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint });
  const input = await givenInput([uri], { tables: () => store, signal });
  const remote = () => {
    throw new Error(`${uri} lies in BigQuery`);
  };
  const settings = { keyField: null, validation: DEFAULT_VALIDATION, threads: 1, signal, remote };
  const { rows, errors } = (await validateGiven(input, settings)).report;
  return { rows, errors };
}

const [endpoint = '', uri = ''] = argv.slice(2);
void printMeasured(() => validateTable(endpoint, uri));
