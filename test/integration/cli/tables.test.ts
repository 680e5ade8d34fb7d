import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BatchResult } from '../../../src/client';
import { WORKFLOWS_PATH } from '../../support/batch-world';
import type { CliProcess } from '../../support/cli-process';
import { CliWorld } from '../../support/cli-world';
import { EmulatedTables, PROMPT_COLUMNS } from '../../support/emulated-tables';
import { replayQueue } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

/** Jobs have ended when they are looked at first, and not half a minute later. */
const AT_ONCE = { durations: { JOB_STATE_PENDING: 0, JOB_STATE_RUNNING: 0 } };
const PROMPTS = 'bq://acme.prompts.today';
const TO_TABLE = { output: 'bq://acme.answers.today', workspace: 'gs://bucket/runs/' };

// each step is a process of its own
vi.setConfig({ testTimeout: 240_000 });

let world: CliWorld;
let emulator: CliWorld['emulator'];
let cli: CliWorld['cli'];
/** Keys that the model refuses. */
const refused = new Set(['k3', 'k5']);

beforeAll(async () => {
  world = await CliWorld.open({
    scenario: AT_ONCE,
    answer: ({ key }) => (refused.has(String(key)) ? { status: 400 } : 'an answer'),
  });
  ({ emulator, cli } = world);
  const tables = new EmulatedTables(emulator);
  await tables.addDataset('acme', 'prompts');
  await tables.addDataset('acme', 'answers');
  await tables.put(PROMPTS, { columns: PROMPT_COLUMNS, rows: Array.from({ length: 12 }, (_, n) => aRow(n)) });
  await tables.put('bq://acme.prompts.bad', { columns: PROMPT_COLUMNS, rows: [aRow(0), ['k1', '{}', '1']] });
  await world.startWorker();
});

afterAll(async () => {
  await world.close();
  const { client } = await testEnvironment();
  await replayQueue(client, world.taskQueue, WORKFLOWS_PATH);
});

function aRow(n: number): readonly string[] {
  return [`k${n}`, JSON.stringify({ contents: [{ role: 'user', parts: [{ text: `prompt ${n}` }] }] }), String(n)];
}

/** A run's result, as the last line of `run --json` has it. */
function resultOf(run: CliProcess): BatchResult {
  return (run.lines().at(-1) as { result: BatchResult }).result;
}

function jobsBegun(): number {
  return emulator.calls().filter(({ call }) => call === 'create').length;
}

describe('the command line over tables', () => {
  it('validates a table, and one that has an error', async () => {
    expect(await cli(['validate', PROMPTS]).ended()).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^valid +12 rows/m) as string,
    });
    expect(await cli(['validate', 'bq://acme.prompts.bad']).ended()).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('bq://acme.prompts.bad:2') as string,
    });
  });

  it('runs over one into another, sends what failed again from its table, and collects the same without a run', async () => {
    const id = `cli/${randomUUID()}`;
    const flags = ['--input', PROMPTS, '--output', TO_TABLE.output, '--workspace', TO_TABLE.workspace];
    const request = { deadLettersTable: 'bq://acme.answers.again', resultsTable: 'bq://acme.answers.all' };
    const words = ['run', '-', '-w', id, '--model', 'gemini-2.5-flash', ...flags, '--json'];
    const run = cli(words, JSON.stringify(request));
    expect(await run.ended()).toMatchObject({ exitCode: 3 });
    const { rows, loaded, jobs } = resultOf(run);
    expect(rows).toEqual({ input: 12, answered: 10, blocked: 0, failed: 2, missing: 0 });
    expect(loaded).toMatchObject([
      { purpose: 'results', rows: 10 },
      { purpose: 'dead-letters', rows: 2 },
    ]);

    const to = join(world.directory, 'collected');
    const answers = jobs[0]?.outputDirectory ?? '';
    const collect = cli(['collect', answers, '--input', PROMPTS, '--to', to, '--json']);
    expect(await collect.ended()).toMatchObject({ exitCode: 3 });
    const manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as { result: BatchResult };
    expect(manifest.result.rows).toEqual(rows);

    refused.clear();
    const again = cli(['rerun', id, '--failed', '--json']);
    expect(await again.ended()).toMatchObject({ exitCode: 0 });
    expect(resultOf(again).rows).toMatchObject({ input: 2, answered: 2 });
    expect(emulator.jobs().at(-1)?.inputUris).toEqual([loaded?.[1]?.uri]);
  });

  it.each([
    ['a table that isn’t there', { input: 'bq://acme.prompts.none' }, 'does not exist'],
    ['a table with an error', { input: 'bq://acme.prompts.bad' }, 'request.contents'],
    ['an output dataset that isn’t there', { output: 'bq://acme.none' }, 'mk --dataset acme:none'],
    ['an output without a workspace', { workspace: undefined }, 'workspace must be a URI'],
    ['a table among files', { input: [PROMPTS, 'gs://acme/a.jsonl'] }, 'must be the only input'],
  ])('says of %s what is wrong, and begins no job', async (_, more, message) => {
    const before = jobsBegun();
    const request = { model: 'gemini-2.5-flash', input: PROMPTS, ...TO_TABLE, ...more };
    const { exitCode, stdout, stderr } = await cli(
      ['run', '-', '-w', `cli/${randomUUID()}`],
      JSON.stringify(request),
    ).ended();
    expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toContain(message);
    expect([1, 2]).toContain(exitCode);
    expect(jobsBegun()).toBe(before);
  });

  it('looks at tables and what they take', async () => {
    const doctor = cli(['doctor', '--input', PROMPTS, '--output', TO_TABLE.output, '--workspace', TO_TABLE.workspace]);
    const { stdout } = await doctor.ended();
    expect(stdout).toContain(PROMPTS);
    expect(stdout).toContain(`roles/aiplatform.serviceAgent on the project of ${PROMPTS}`);
    expect(stdout).toContain(`roles/aiplatform.serviceAgent on the project of ${TO_TABLE.output}`);
  });
});
