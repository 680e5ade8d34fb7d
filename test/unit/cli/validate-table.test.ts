import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, serveEmulator, type EmulatorServer } from '../../../src/emulator';
import { EmulatedTables } from '../../support/emulated-tables';
import { runHere } from '../../support/program';

const COLUMNS = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'STRING', mode: 'NULLABLE' },
] as const;

let server: EmulatorServer;

beforeAll(async () => {
  const emulator = createEmulator();
  server = await serveEmulator(emulator);
  const tables = new EmulatedTables(emulator);
  await tables.addDataset('acme', 'd');
  await tables.put('bq://acme.d.sound', {
    columns: COLUMNS,
    rows: [
      ['a', request('user')],
      ['b', request('model')],
    ],
  });
  await tables.put('bq://acme.d.bad', {
    columns: COLUMNS,
    rows: [
      ['a', request('user')],
      ['b', request('tester')],
      ['c', '{oops'],
    ],
  });
  await tables.put('bq://acme.d.films', {
    columns: COLUMNS,
    rows: ['gs://acme/a.mp4', 'https://youtu.be/x', 'https://acme.example/a.mp4'].map((uri, n) => [
      `film ${n}`,
      about(uri),
    ]),
  });
  await tables.put('bq://acme.d.names', { columns: COLUMNS, rows: [['a', request('user', { $id: 1 })]] });
});

afterAll(() => server.close());

/** 47: `parts` as an object, as the documentation's sample has it. */
function request(role: string, parametersJsonSchema?: object): string {
  const tools = [{ functionDeclarations: [{ name: 'f', parametersJsonSchema }] }];
  return JSON.stringify({
    contents: [{ role, parts: { text: 'Why?' } }],
    system_instruction: { parts: [{ text: 'Be brief.' }] },
    ...(parametersJsonSchema && { tools }),
  });
}

function about(fileUri: string): string {
  return JSON.stringify({
    contents: [{ role: 'user', parts: [{ text: 'What is it?' }, { fileData: { mimeType: 'video/mp4', fileUri } }] }],
  });
}

const validate = (...words: readonly string[]) =>
  runHere(['validate', ...words], {
    environment: { TEMPORAL_CONFIG_FILE: '/none.toml', VERTEX_BATCH_EMULATOR: server.url },
  });

describe('vertex-batch validate bq://', () => {
  it('42, 43, 47: takes a table whose requests are sound', async () => {
    const { stdout, exitCode } = await validate('bq://acme.d.sound');
    expect(stdout).toMatch(/^valid +2 rows/m);
    expect(exitCode).toBe(0);
  });

  it('37: names row and column of what is wrong', async () => {
    const { stdout, exitCode } = await validate('bq://acme.d.bad', '--json');
    const report = JSON.parse(stdout) as { files: unknown; problems: readonly Record<string, unknown>[] };
    expect(report.files).toEqual([{ uri: 'bq://acme.d.bad', rows: 3 }]);
    expect(report.problems).toMatchObject([
      { uri: 'bq://acme.d.bad', line: 2, key: 'b', rule: 'role', path: 'request.contents[0].role' },
      { uri: 'bq://acme.d.bad', line: 3, key: 'c', rule: 'request' },
    ]);
    expect(exitCode).toBe(1);
  });

  it('names a row by its key as well', async () => {
    const { stdout } = await validate('bq://acme.d.bad');
    expect(stdout).toContain('error[role] bq://acme.d.bad:2 (b)  role must be user or model, got "tester"');
    expect(stdout).toContain('{"key":"b","request":{"contents":[{"role":"tester"');
  });

  it('tells the bytes of its rows as the lines that they would be', async () => {
    const { stdout } = await validate('bq://acme.d.sound', '--json');
    const lines = ['user', 'model'].map((role, n) => `{"key":"${'ab'[n]}","request":${request(role)}}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 2, bytes: Buffer.byteLength(lines.join('')) });
  });

  it("warns of what only the files' import would refuse, and more if that is asked for", async () => {
    expect(await validate('bq://acme.d.names')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('$id') });
    expect((await validate('bq://acme.d.names', '--rule', 'import-name=error')).exitCode).toBe(1);
  });

  it('46: warns of a file that is neither in Cloud Storage nor on YouTube, which rows in files may name', async () => {
    const { stdout, exitCode } = await validate('bq://acme.d.films', '--json');
    const { problems } = JSON.parse(stdout) as { problems: readonly Record<string, unknown>[] };
    expect(problems).toMatchObject([
      { severity: 'warning', rule: 'uri-in-table', line: 3, path: 'request.contents[0].parts[1].fileData.fileUri' },
    ]);
    expect(exitCode).toBe(0);
    const row = `{"key":"a","request":${about('https://acme.example/a.mp4')}}\n`;
    const inFiles = await runHere(['validate', '-', '--json'], { stdin: row });
    expect(JSON.parse(inFiles.stdout)).toMatchObject({ rows: 1, errors: 0, warnings: 0 });
  });

  it.each([
    [['bq://acme.d.none'], 'Input bq://acme.d.none does not exist'],
    [['bq://acme.d'], 'URI must name a table, bq://project.dataset.table, got "bq://acme.d"'],
    [['bq://acme.d.sound', 'prompts.jsonl'], 'must be the only input'],
  ])('says of %s: %s', async (words, message) => {
    const { stderr, exitCode } = await validate(...words);
    expect(stderr).toContain(message);
    expect(exitCode).not.toBe(0);
  });
});
