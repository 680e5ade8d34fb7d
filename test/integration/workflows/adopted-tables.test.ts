import { afterAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator/scenario';
import type { BatchResult } from '../../../src/messages';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { EmulatedTables, PROMPT_COLUMNS } from '../../support/emulated-tables';
import { createElsewhere, startAdopting } from '../../support/jobs-created-elsewhere';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const PROMPTS = 'bq://acme.d.prompts';
const ANSWERS = 'bq://acme.d.answers';
const FILE = 'gs://acme/in/prompts.jsonl';

interface Given {
  readonly scenario?: Scenario;
  readonly keyed?: boolean;
}

/** A world with ten prompts, in a table and in a file. */
async function inWorld({ scenario = {}, keyed = true }: Given, use: (world: BatchWorld) => Promise<void>) {
  const world = await BatchWorld.create({ emulator: { scenario } });
  try {
    await world.put(FILE, keyed ? prompts(10) : prompts(10).map(({ request }) => ({ request })));
    const tables = new EmulatedTables(world.emulator);
    await tables.addDataset('acme', 'd');
    await putPrompts(world, keyed);
    await use(world);
  } finally {
    await world.close();
  }
}

async function putPrompts(world: BatchWorld, keyed = true): Promise<void> {
  const rows = prompts(10).map(({ key, request }) => [keyed ? key : null, JSON.stringify(request), '1']);
  await new EmulatedTables(world.emulator).put(PROMPTS, { columns: PROMPT_COLUMNS, rows });
}

async function untilEnded(world: BatchWorld, name: string): Promise<void> {
  const state = () => world.paidJobs().find((job) => job.name === name)?.state ?? 'none';
  await waitFor(() => /SUCCEEDED|FAILED/.test(state()), { what: 'the job to end', timeoutMs: 20_000 });
}

async function keysOf(world: BatchWorld, { results }: BatchResult): Promise<readonly (string | null)[]> {
  const rows = await world.readRowsBelow<{ readonly key: string | null; readonly source: { readonly line: number } }>(
    results.uri,
  );
  return rows.toSorted((one, other) => one.source.line - other.source.line).map(({ key }) => key);
}

describe('a run that adopts a job with tables', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.concurrent.each([
    ['from a file into a table', [FILE], ANSWERS],
    ['from a table into a table', [PROMPTS], ANSWERS],
    ['from a table into a dataset', [PROMPTS], 'bq://acme.d'],
    ['from a table into a project', [PROMPTS], 'bq://acme'],
    ['from a table into files', [PROMPTS], 'gs://acme/elsewhere/answers'],
  ])('%s collects it by key', async (_, inputUris, outputUri) => {
    await inWorld({}, async (world) => {
      const job = await createElsewhere(world, { inputUris, outputUri });
      const result = await (await startAdopting(world, job)).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 }, jobs: [{ name: job }] });
      expect(await keysOf(world, result)).toEqual(prompts(10).map(({ key }) => key));
      expect(world.paidJobs()).toHaveLength(1);
    });
  });

  it.concurrent('finds rows without keys by their requests', async () => {
    await inWorld({ keyed: false }, async (world) => {
      const job = await createElsewhere(world, { inputUris: [PROMPTS], outputUri: ANSWERS });
      const result = await (await startAdopting(world, job)).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 } });
      expect(await keysOf(world, result)).toHaveLength(10);
    });
  });

  it.concurrent('sends what failed and may do better again, into a table of the run’s own if it says so', async () => {
    const scenario: Scenario = { rows: [{ outcome: 'resource-exhausted', share: 0.5, firstJobs: 1 }] };
    await inWorld({ scenario }, async (world) => {
      const job = await createElsewhere(world, { inputUris: [PROMPTS], outputUri: ANSWERS });
      const places = { output: 'bq://acme.d.more', workspace: 'gs://acme/work/' };
      const result = await (await startAdopting(world, job, places)).result();
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 10, answered: 10 }, jobCount: 2 });
      expect(result.jobs[1]?.outputDirectory).toMatch(/^bq:\/\/acme\.d\.more_/);
    });
  });

  it.concurrent('never calls a table sound that was written after the job had read it', async () => {
    await inWorld({}, async (world) => {
      const job = await createElsewhere(world, { inputUris: [PROMPTS], outputUri: ANSWERS });
      await untilEnded(world, job);
      await putPrompts(world);
      const result = await (await startAdopting(world, job)).result();
      expect(result).toMatchObject({ outcome: 'partial', reason: { type: 'InputChanged' }, rows: { answered: 10 } });
    });
  });
});
