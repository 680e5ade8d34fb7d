import { afterEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator/scenario';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import type { VertexBatchPluginOptions } from '../../../src/plugin';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { EmulatedTables } from '../../support/emulated-tables';
import { replayQueue } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const TABLES = { resultsTable: 'bq://acme.d.answers', errorsTable: 'bq://acme.d.unanswered' } as const;

let world: BatchWorld;

afterEach(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

async function aWorld(scenario: Scenario = {}, plugin: VertexBatchPluginOptions = {}): Promise<EmulatedTables> {
  world = await BatchWorld.create({ emulator: { scenario }, plugin });
  const special: Readonly<Record<number, string>> = { 3: 'x [[blocked]]', 5: 'x [[bad-request]]' };
  const rows = Array.from({ length: 20 }, (_, row) => ({
    key: `k${row}`,
    request: { contents: [{ role: 'user', parts: { text: special[row] ?? `prompt ${row}` } }] },
    score: row,
  }));
  await world.put('gs://acme/in/rows.jsonl', rows);
  const tables = new EmulatedTables(world.emulator);
  await tables.addDataset('acme', 'd');
  return tables;
}

/** The rows of a table, each by the names of its columns. */
async function rowsOf(uri: string): Promise<Record<string, unknown>[]> {
  const tables = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint: world.url });
  const table = await tables.find(uri);
  const rows: Record<string, unknown>[] = [];
  for await (const page of tables.readRows(uri, { from: 0, to: table?.rows ?? 0 }))
    rows.push(...page.map((cells) => Object.fromEntries(cells.map((cell, at) => [table?.columns[at]?.name, cell]))));
  return rows;
}

describe('a run whose request names tables for its rows', () => {
  it('appends answered rows to the one, and the others to the other', async () => {
    await aWorld();
    const result = await (await world.start(TABLES)).result();
    expect(result).toMatchObject({
      outcome: 'partial',
      loaded: [
        { purpose: 'results', uri: TABLES.resultsTable, rows: 18 },
        { purpose: 'errors', uri: TABLES.errorsTable, rows: 2 },
      ],
    });
    const answers = await rowsOf(TABLES.resultsTable);
    const { text = '' } =
      (await world.readRowsBelow<{ key: string; text: string }>(result.results.uri)).find(({ key }) => key === 'k7') ??
      {};
    expect(answers).toHaveLength(18);
    expect(answers.find(({ key }) => key === 'k7')).toMatchObject({
      outcome: 'answered',
      metadata: '{"score":7}',
      text,
    });
    const errors = await rowsOf(TABLES.errorsTable);
    expect(Object.fromEntries(errors.map(({ key, outcome }) => [key, outcome]))).toEqual({
      k3: 'blocked',
      k5: 'failed',
    });
    await (await world.start(TABLES)).result();
    expect(await rowsOf(TABLES.resultsTable)).toHaveLength(36);
  });

  it('loads once though the answer to the load was lost', async () => {
    await aWorld({ faults: [{ call: 'bigquery.load', fault: { kind: 'lost-answer', as: 'reset' } }] });
    await (await world.start({ resultsTable: TABLES.resultsTable })).result();
    expect(await rowsOf(TABLES.resultsTable)).toHaveLength(18);
  });

  it('refuses a table that can’t take them before anything is spent', async () => {
    const tables = await aWorld();
    const uri = TABLES.resultsTable;
    await tables.put(uri, { columns: [{ name: 'id', type: 'INTEGER', mode: 'NULLABLE' }], rows: [] });
    const failed = await (await world.start({ resultsTable: uri })).result().catch((error: unknown) => error);
    expect(failed).toMatchObject({ result: { reason: { type: 'InvalidRequest' }, rows: { input: 0 } } });
    expect(world.paidJobs()).toEqual([]);
  });

  it.each([
    ['bigquery.jobs.create', 'bigquery.jobs.create on project acme-project. Mend it with: gcloud'],
    ['bigquery.tables.updateData', 'bigquery.tables.updateData on dataset acme.d. Mend it with: bq query'],
  ])('waits for %s before anything is spent, and says who lacks it on what', async (permission, message) => {
    const tables = await aWorld();
    await tables.put(TABLES.errorsTable, { columns: [{ name: 'key', type: 'STRING', mode: 'NULLABLE' }], rows: [] });
    world.emulator.setScenario({ access: { denied: [permission] } });
    const run = await world.start(TABLES);
    const attention = async () => (await run.status()).attention;
    await waitFor(async () => (await attention()) !== null, { what: 'the run’s attention' });
    expect((await attention())?.message).toContain(message);
    expect(world.paidJobs()).toEqual([]);
    world.emulator.setScenario({});
    expect(await run.result()).toMatchObject({ outcome: 'partial', loaded: [{ rows: 18 }, { rows: 2 }] });
  });

  it('fails where the table can’t take them, and loads when it is started again, without another job', async () => {
    const tables = await aWorld({}, { preflight: false });
    const uri = TABLES.resultsTable;
    await tables.put(uri, { columns: [{ name: 'id', type: 'INTEGER', mode: 'NULLABLE' }], rows: [] });
    const request = world.request({ resultsTable: uri });
    const failed = await (await world.client.start(request)).result().catch((error: unknown) => error);
    expect(failed).toMatchObject({
      result: { outcome: 'failed', reason: { type: 'InvalidRequest' }, rows: { answered: 18 } },
    });
    await tables.put(uri, { columns: [{ name: 'key', type: 'STRING', mode: 'NULLABLE' }], rows: [] });
    const jobs = world.paidJobs().length;
    expect(await (await world.client.start(request)).result()).toMatchObject({ loaded: [{ rows: 18 }] });
    expect(world.paidJobs()).toHaveLength(jobs);
    expect(await rowsOf(uri)).toHaveLength(18);
  });
});
