import { describe, expect, it } from 'vitest';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessRest } from '../../../src/gateways/access-rest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { lackedForLoads } from '../../../src/preflight/lacked-for-loads';
import type { NeededTables } from '../../../src/preflight/require-tables';
import { EmulatedTables } from '../../support/emulated-tables';

const STANDING = 'bq://acme.d.answers';
const ABSENT = 'bq://acme.d.others';

async function lacked(needed: Omit<NeededTables, 'location'>, denied: readonly string[] = []) {
  const emulator = createEmulator();
  const made = new EmulatedTables(emulator);
  await made.addDataset('acme', 'd');
  await made.put(STANDING, { columns: [{ name: 'key', type: 'STRING', mode: 'NULLABLE' }], rows: [] });
  const before = emulator.calls().length;
  emulator.setScenario({ access: { denied } } satisfies Scenario);
  const endpoint = 'http://emulator.test';
  const gateway = { tokens: new AccessTokensFixed(), fetch: (request: Request) => emulator.fetch(request) };
  const access = new AccessRest({ ...gateway, endpoint, bigqueryEndpoint: endpoint });
  const tables = new TableStoreRest({ ...gateway, endpoint });
  return { lack: await lackedForLoads({ access, tables }, 'acme', needed, {}), calls: emulator.calls().slice(before) };
}

describe('what a caller lacks to load rows into tables', () => {
  it('is looked at only where there is something to load', async () => {
    expect(await lacked({ outputTable: STANDING }, ['bigquery.jobs.create'])).toEqual({ lack: undefined, calls: [] });
  });

  it('is nothing where all is given', async () => {
    expect(await lacked({ resultsTable: STANDING, errorsTable: ABSENT })).toMatchObject({ lack: undefined });
  });

  it.each([{ resultsTable: ABSENT }, { errorsTable: STANDING }, { deadLettersTable: ABSENT }])(
    'is the right to run jobs, of %j',
    async (needed) => {
      const { lack } = await lacked(needed, ['bigquery.jobs.create']);
      expect(lack?.what).toBe('bigquery.jobs.create on project acme');
      expect(lack?.remedy('user:a@acme.example')).toBe(
        'gcloud projects add-iam-policy-binding acme --member=user:a@acme.example --role=roles/bigquery.jobUser',
      );
    },
  );

  it('is the right to append to a table that stands; of one that doesn’t only the load tells', async () => {
    const denied = ['bigquery.tables.updateData'];
    expect((await lacked({ resultsTable: ABSENT, deadLettersTable: STANDING }, denied)).lack).toBeUndefined();
    const { lack } = await lacked({ errorsTable: STANDING }, denied);
    expect(lack?.what).toBe('bigquery.tables.updateData on dataset acme.d');
    expect(lack?.remedy(null)).toContain('GRANT `roles/bigquery.dataEditor` ON SCHEMA `acme`.d');
  });
});
