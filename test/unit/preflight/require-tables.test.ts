import { describe, expect, it } from 'vitest';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { requireTables, type NeededTables } from '../../../src/preflight/require-tables';
import { EmulatedTables } from '../../support/emulated-tables';

async function required(needed: Partial<NeededTables>, scenario: Scenario = {}): Promise<void> {
  const emulator = createEmulator({ scenario });
  await new EmulatedTables(emulator).addDataset('acme', 'd');
  const fetch = (request: Request) => emulator.fetch(request);
  const store = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint: 'http://localhost', fetch });
  await requireTables(store, { location: 'us-central1', ...needed }, {});
}

describe('tables that a run is to write', () => {
  it.each([
    ['a dataset of the job’s region', { outputTable: 'bq://acme.d' }],
    ['a table that isn’t there yet', { outputTable: 'bq://acme.d.today', resultsTable: 'bq://acme.d.answers' }],
    ['a project, in which the service makes a dataset', { outputTable: 'bq://acme' }],
    ['any dataset for a job in global', { outputTable: 'bq://acme.d', location: 'global' }],
  ])('may be in %s', async (_, needed) => {
    await expect(required(needed)).resolves.toBeUndefined();
  });

  it.each([
    [
      'a dataset that isn’t there',
      { outputTable: 'bq://acme.none.t' },
      'bq --location=us-central1 mk --dataset acme:none',
    ],
    [
      '14, 49: a dataset elsewhere',
      { outputTable: 'bq://acme.d.t', location: 'europe-west4' },
      'lies in us-central1, and',
    ],
    [
      'a dataset for errors that isn’t there',
      { errorsTable: 'bq://acme.none.t' },
      'errorsTable bq://acme.none.t lies in',
    ],
    [
      'a dataset that no job of the run’s location reads',
      { deadLettersTable: 'bq://acme.d.unanswered', location: 'europe-west4' },
      'deadLettersTable bq://acme.d.unanswered lies in us-central1, and',
    ],
  ])('can’t be in %s', async (_, needed, message) => {
    await expect(required(needed)).rejects.toMatchObject({
      type: 'InvalidRequest',
      message: expect.stringContaining(message),
    });
  });

  it('are a matter of rights where they can’t be seen', async () => {
    const denied = { access: { denied: ['bigquery.datasets.get'] } };
    await expect(required({ outputTable: 'bq://acme.d' }, denied)).rejects.toMatchObject({ kind: 'permission' });
  });
});
