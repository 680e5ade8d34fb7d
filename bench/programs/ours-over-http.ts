import { randomUUID } from 'node:crypto';
import { argv } from 'node:process';
import type { Sources } from '../../src/rows/sources';
import { resolveInput } from '../../src/activities/resolve-input';
import { validateRange } from '../../src/activities/validate-range';
import type { RunReference } from '../../src/domain/accepted-request';
import { DEFAULT_VALIDATION } from '../../src/domain/accepted-validation';
import { AccessTokensFixed } from '../../src/gateways/access-tokens-google';
import { ObjectStoreGcs } from '../../src/gateways/object-store-gcs';
import { TableStoreRest } from '../../src/gateways/table-store-rest';
import { readJson } from '../../src/rows/commits';
import { compareRanges } from '../../src/rows/compare-ranges';
import { mergeValidation } from '../../src/rows/merged-validation';
import { validationDirectory } from '../../src/rows/validated-range';
import type { Verdict } from '../contest/measured';
import { printMeasured } from './measured';
import { quietAttempt } from './quiet-attempt';

/** As many as a worker validates at a time by default. */
const AT_A_TIME = 4;
const SETTINGS = { keyField: null, validation: DEFAULT_VALIDATION };

/** A run's own activities, from finding the input to the merge of its ranges, against Cloud Storage and BigQuery at this address. */
async function validateOverHttp(apiEndpoint: string, uri: string): Promise<Verdict> {
  const gateways = { store: new ObjectStoreGcs({ apiEndpoint }) };
  const run: RunReference = { directory: `gs://acme/${randomUUID()}/`, key: 'bench', execution: randomUUID() };
  const attempt = quietAttempt();
  const tables = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint: apiEndpoint });
  const { sourcesUri } = await resolveInput(
    { ...gateways, tables },
    { run, input: [uri], validateAs: SETTINGS },
    attempt,
  );
  const sources = await readJson<Sources>(gateways.store, sourcesUri);
  const waiting = sources.ranges.keys();
  const slot = async () => {
    for (const range of waiting) await validateRange(gateways, { run, sourcesUri, range, ...SETTINGS }, attempt);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, slot));
  const directory = validationDirectory(run, sourcesUri, SETTINGS.keyField, SETTINGS.validation);
  const merged = await mergeValidation(gateways.store, sources, directory);
  return {
    rows: merged.rows,
    errors: merged.errors + compareRanges(merged, SETTINGS.validation.rules, { isStaged: false }).errors,
  };
}

const [apiEndpoint = '', uri = ''] = argv.slice(2);
void printMeasured(() => validateOverHttp(apiEndpoint, uri));
