import { describe, expect, it } from 'vitest';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { LoadJobsRest } from '../../../src/gateways/load-jobs-rest';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { EmulatedTables } from '../../support/emulated-tables';
import { describeLoadJobs } from '../../support/load-jobs-contract';

async function onEmulator(scenario: Scenario = {}) {
  const emulator = createEmulator({ scenario });
  emulator.blobs.createBucket('acme');
  await new EmulatedTables(emulator).addDataset('acme', 'd');
  const options = {
    tokens: new AccessTokensFixed(),
    endpoint: 'http://localhost',
    fetch: (request: Request) => emulator.fetch(request),
  };
  const tables = new TableStoreRest(options);
  return {
    loads: new LoadJobsRest(options),
    async putObject(uri: string, lines: readonly object[]) {
      const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
      await emulator.blobs.write(bucket, name, once(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
    },
    async rowsOf(uri: string) {
      const rows: (readonly unknown[])[] = [];
      const { rows: to = 0 } = (await tables.find(uri)) ?? {};
      for await (const page of tables.readRows(uri, { from: 0, to })) rows.push(...page);
      return rows;
    },
  };
}

async function* once(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

describeLoadJobs('LoadJobsRest on the emulator', { open: onEmulator });

describe('LoadJobsRest', () => {
  const load = {
    ...{ project: 'acme', id: 'load_1', location: 'us-central1' },
    ...{ sourceUris: ['gs://acme/x.jsonl'], table: 'bq://acme.d.t', columns: null },
  };

  it('says which roles are missing', async () => {
    const { loads } = await onEmulator({ access: { denied: ['bigquery.jobs.create'] } });
    await expect(loads.begin(load)).rejects.toMatchObject({
      kind: 'permission',
      message: expect.stringMatching(/roles\/bigquery\.jobUser .* roles\/bigquery\.dataEditor/),
    });
  });

  it('finds a load that began though its answer was lost', async () => {
    const fault = { kind: 'lost-answer', as: 'status', status: 503 } as const;
    const { loads } = await onEmulator({ faults: [{ call: 'bigquery.load', fault }] });
    await expect(loads.begin(load)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await loads.begin(load)).toBe('standing');
  });

  it.each([
    ["a proxy's page", () => new Response('<html>', { status: 200 })],
    ['what is no job', () => Response.json({})],
  ])('takes %s for an outage', async (_, answer) => {
    const loads = new LoadJobsRest({ tokens: new AccessTokensFixed(), fetch: async () => answer() });
    await expect(loads.find(load)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
