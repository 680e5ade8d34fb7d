import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StartRequest, VertexBatchRun } from '../../../src/client';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { EmulatedTables, PROMPT_COLUMNS } from '../../support/emulated-tables';
import { replayQueue } from '../../support/replay';
import { program } from '../../support/program';

const TABLE = 'bq://acme.d.prompts';
const UNANSWERED = { deadLettersTable: 'bq://acme.d.unanswered' } as const;
const TO_TABLE = { output: 'bq://acme.d.answers', workspace: 'gs://acme/work/' } as const;

let world: BatchWorld;
let tables: EmulatedTables;
/** Keys that the model refuses. */
const refused = new Set<string>();

beforeEach(async () => {
  world = await BatchWorld.create({
    emulator: { answer: ({ key, id }) => (refused.has(String(key ?? id)) ? { status: 400 } : 'an answer') },
  });
  tables = new EmulatedTables(world.emulator);
  await tables.addDataset('acme', 'd');
});

afterEach(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

/** A closed run over a table, two of whose four rows were refused. */
async function partialRun(request: Partial<StartRequest>, more: object = {}): Promise<VertexBatchRun> {
  const rows = ['a', 'b', 'c', 'd'].map((key, score) => [key, requestOf(key, more), String(score)]);
  await tables.put(TABLE, { columns: PROMPT_COLUMNS, rows });
  for (const key of ['b', 'd']) refused.add(key);
  const run = await world.start({ input: TABLE, ...request });
  expect(await run.result()).toMatchObject({ outcome: 'partial', rows: { answered: 2, failed: 2 } });
  refused.clear();
  return run;
}

function requestOf(text: string, more: object): string {
  return JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }], ...more });
}

/** What the files' import refuses, and a table takes. */
const NOT_FOR_FILES = { tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: { $id: 'x' } }] }] };

async function resultsOf(run: VertexBatchRun) {
  const { directory } = await run.result();
  const rows = await world.readRowsBelow<{ key: string; metadata: unknown }>(`${directory}results/`);
  return rows.map(({ key, metadata }) => ({ key, metadata })).toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

const SENT_AGAIN = [
  { key: 'b', metadata: { score: 1 } },
  { key: 'd', metadata: { score: 3 } },
];

describe('a rerun of what failed of a table', () => {
  it.each([
    ['files', {}],
    ['tables', TO_TABLE],
  ])('takes the file of dead letters, where jobs write %s', async (_, output) => {
    const first = await partialRun(output);
    const again = await world.client.rerunFailed(first.workflowId);
    expect(await resultsOf(again)).toEqual(SENT_AGAIN);
    const { deadLetters } = await first.result();
    expect(world.emulator.jobs().at(-1)?.inputUris).toEqual([deadLetters]);
  });

  it('takes their table where the request names one, as it stands, and again for what is left then', async () => {
    const first = await partialRun({ ...UNANSWERED, ...TO_TABLE });
    const [table] = (await first.result()).loaded ?? [];
    expect(table).toMatchObject({ purpose: 'dead-letters', rows: 2 });
    expect(table?.uri).toMatch(/^bq:\/\/acme\.d\.unanswered_[0-9a-f]{32}$/);

    refused.add('d');
    const second = await world.client.rerunFailed(first.workflowId);
    expect(await resultsOf(second)).toEqual(SENT_AGAIN.slice(0, 1));
    expect(world.emulator.jobs().at(-1)?.inputUris).toEqual([table?.uri]);
    refused.clear();
    const third = await world.client.rerunFailed(second.workflowId);
    expect(await resultsOf(third)).toEqual(SENT_AGAIN.slice(1));
    const [left] = (await second.result()).loaded ?? [];
    expect(world.emulator.jobs().at(-1)?.inputUris).toEqual([left?.uri]);
    expect((await third.result()).loaded).toMatchObject([{ rows: 0 }]);
  });

  it('can send rows from there that files can’t hold', async () => {
    const fromFile = await world.client.rerunFailed((await partialRun({}, NOT_FOR_FILES)).workflowId);
    await expect(fromFile.result()).rejects.toMatchObject({ result: { reason: { type: 'InvalidInput' } } });
    const fromTable = await world.client.rerunFailed((await partialRun(UNANSWERED, NOT_FOR_FILES)).workflowId);
    expect(await resultsOf(fromTable)).toEqual(SENT_AGAIN);
  });

  it('takes rows that somebody has mended there', async () => {
    const first = await partialRun(UNANSWERED);
    const [table] = (await first.result()).loaded ?? [];
    await tables.put(table!.uri, { columns: PROMPT_COLUMNS, rows: [['b', requestOf('b, mended', {}), '1']] });
    const again = await world.client.rerunFailed(first.workflowId);
    expect(await resultsOf(again)).toEqual(SENT_AGAIN.slice(0, 1));
  });

  it('is what the command line suggests and does', async () => {
    const { workflowId } = await partialRun(UNANSWERED);
    const shown = await program(world, ['result', workflowId]);
    expect(shown.text).toMatch(/^loaded +bq:\/\/acme\.d\.unanswered_[0-9a-f]{32} \(2\)$/m);
    expect(shown.text).toContain(`vertex-batch rerun ${workflowId} --failed`);
    expect(await program(world, ['rerun', workflowId, '--failed'])).toMatchObject({ exitCode: 0 });
    expect(world.emulator.jobs().at(-1)?.inputUris).toEqual([expect.stringContaining('bq://acme.d.unanswered_')]);
  });
});

describe('dead letters of files', () => {
  it('get a table as well, which the rerun reads', async () => {
    const rows = ['a', 'b'].map((id, n) => ({ id, request: JSON.parse(requestOf(id, {})) as object, tags: [n] }));
    await world.put('gs://acme/in/rows.jsonl', rows);
    refused.add('b');
    const first = await world.start({ ...UNANSWERED, keyField: 'id' });
    expect(await first.result()).toMatchObject({ outcome: 'partial', loaded: [{ rows: 1 }] });
    refused.clear();
    const again = await world.client.rerunFailed(first.workflowId);
    expect(await resultsOf(again)).toEqual([{ key: 'b', metadata: { tags: [1] } }]);
    expect(world.emulator.jobs().at(-1)?.inputUris).toEqual([expect.stringContaining('bq://acme.d.unanswered_')]);
  });
});
