import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator/scenario';
import type { BatchResult } from '../../../src/messages';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { EmulatedTables, PROMPT_COLUMNS } from '../../support/emulated-tables';
import { replayQueue } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const TABLE = 'bq://acme.d.prompts';
const FILE = 'gs://acme/in/rows.jsonl';
const TO_TABLE = { output: 'bq://acme.answers.today', workspace: 'gs://acme/work/' } as const;
const TO_FILES = { output: 'gs://acme/out/' } as const;

let world: BatchWorld;

afterEach(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

async function aWorld(scenario: Scenario = {}): Promise<void> {
  world = await BatchWorld.create({ emulator: { scenario } });
  const tables = new EmulatedTables(world.emulator);
  await tables.addDataset('acme', 'd');
  await tables.addDataset('acme', 'answers');
  await tables.put(TABLE, { columns: PROMPT_COLUMNS, rows: ROWS });
  const lines = ROWS.map(([key, text, score]) => `{"key":"${key}","request":${text},"score":${score}}`);
  await world.put(FILE, lines);
}

const SPECIAL: Readonly<Record<number, string>> = {
  3: 'x [[blocked]]',
  5: 'x [[bad-request]]',
  7: 'x [[unavailable]]',
};
const ROWS = Array.from({ length: 30 }, (_, row) => {
  const request = { contents: [{ role: 'user', parts: { text: SPECIAL[row] ?? `prompt ${row}` } }] };
  return [`k${row}`, JSON.stringify(request), String(row)];
});

interface ResultRow {
  readonly key: string;
  readonly source: { readonly uri: string; readonly line: number };
}

/** Results in the rows' order, without what names the run. */
async function resultsOf({ directory }: BatchResult): Promise<unknown[]> {
  const found = await world.readRowsBelow<ResultRow>(`${directory}results/`);
  return found
    .map(({ source: { line }, ...row }) => ({ ...row, line }))
    .toSorted((one, other) => one.line - other.line);
}

async function run(request: Parameters<BatchWorld['start']>[0]): Promise<BatchResult> {
  return await (await world.start(request)).result();
}

describe('a run whose jobs write tables', () => {
  describe('where all is well', () => {
    beforeEach(() => aWorld());

    it('11, 13, 58, 60, 64, 65: from a table or from files gives the same results and accounts as files do', async () => {
      const [first, ...others] = await Promise.all(
        [FILE, TABLE].flatMap((input) => [TO_FILES, TO_TABLE].map((output) => run({ input, ...output }))),
      );
      expect(first).toMatchObject({ outcome: 'partial', rows: { input: 30, answered: 27, blocked: 1, failed: 2 } });
      const expected = await resultsOf(first!);
      expect(expected).toHaveLength(27);
      for (const other of others) {
        expect({ rows: other.rows, usage: other.usage }).toEqual({ rows: first?.rows, usage: first?.usage });
        expect(await resultsOf(other)).toEqual(expected);
      }
    });

    it('has each job, the second round’s among them, write a table of its own, which the result names', async () => {
      const result = await run({ input: FILE, ...TO_TABLE });
      const places = result.jobs.map(({ outputDirectory }) => outputDirectory);
      expect(places).toEqual([1, 2].map((round) => expect.stringMatching(ownTable('today', round))));
      expect(result.directory).toMatch(/^gs:\/\/acme\/work\//);
    });

    it.each([
      ['bq://acme.answers', ownTable('predictions', 1)],
      ['bq://acme', /^bq:\/\/acme\.prediction_model_\w+\.predictions_\w+$/],
    ])('finds its rows where the output is %s', async (output, place) => {
      const result = await run({ input: TABLE, ...TO_TABLE, output });
      expect(result).toMatchObject({ rows: { answered: 27 } });
      expect(result.jobs[0]?.outputDirectory).toMatch(place);
    });
  });

  it('keeps the rows that a cancelled job has written', async () => {
    await aWorld({ durations: { JOB_STATE_RUNNING: 8_000 } });
    const started = await world.start({ input: FILE, ...TO_TABLE });
    await waitFor(() => (world.emulator.jobs()[0]?.rows.successful ?? 0) > 3, {
      what: 'rows that are done',
      timeoutMs: 30_000,
    });
    const result = await started.cancel({ reason: 'enough' });
    const done = world.emulator.jobs()[0]?.rows.successful ?? 0;
    expect(result).toMatchObject({ outcome: 'cancelled', jobs: [{ state: 'JOB_STATE_CANCELLED' }] });
    expect(result.rows.answered + result.rows.blocked).toBe(done);
    expect(await resultsOf(result)).toHaveLength(result.rows.answered);
  });

  it('keeps the rows of jobs that failed, and sends only the others again', async () => {
    await aWorld({ end: { state: 'JOB_STATE_FAILED', finishedShare: 0.5 } });
    const result = await run({ input: TABLE, ...TO_TABLE });
    expect(result).toMatchObject({
      outcome: 'partial',
      jobs: [{ state: 'JOB_STATE_FAILED' }, { state: 'JOB_STATE_FAILED' }],
    });
    const [first, second] = world.emulator.jobs().map(({ rows }) => rows);
    expect(first?.successful).toBeGreaterThan(0);
    expect(second?.input).toBeLessThan(30);
    expect(result.rows.answered + result.rows.blocked).toBe((first?.successful ?? 0) + (second?.successful ?? 0));
    expect(await resultsOf(result)).toHaveLength(result.rows.answered);
  });
});

function ownTable(name: string, round: number): RegExp {
  return new RegExp(String.raw`^bq://acme\.answers\.${name}_[0-9a-f]{32}_p1_r${round}_a1$`);
}
