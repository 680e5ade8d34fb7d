import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsOfRow, validateInput, type ValidationReport } from '../../../src/input';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../../src/emulator';
import { aRow, someRows } from '../../support/an-emulator';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'validate-input-'));
});

afterAll(() => rm(directory, { recursive: true }));

function jsonl(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const BAD = { key: 'bad', request: { contents: [{ role: 'tester', parts: [{ text: 'x' }] }] } };
const ROWS = [...someRows(3), BAD];

/** The report without what depends on where the rows came from. */
function findings(report: ValidationReport) {
  return { ...report, files: [], problems: report.problems.map((problem) => ({ ...problem, uri: '' })) };
}

describe('validateInput', () => {
  it('reports a file as the command line does', async () => {
    const path = await file('rows.jsonl', jsonl(ROWS));
    expect(await validateInput(path)).toEqual({
      valid: false,
      rows: 4,
      bytes: jsonl(ROWS).length,
      files: [{ uri: path, rows: 4 }],
      errors: 1,
      warnings: 0,
      rules: { role: { errors: 1, warnings: 0 } },
      quarantined: 0,
      repaired: {},
      problems: [
        {
          severity: 'error',
          rule: 'role',
          uri: path,
          line: 4,
          byte: jsonl(someRows(3)).length,
          key: 'bad',
          path: 'request.contents[0].role',
          message: expect.stringContaining('"tester"') as string,
        },
      ],
      refusal: null,
    });
  });

  it('finds the same in rows, in lines and in bytes, however they come', async () => {
    const expected = findings(await validateInput(await file('same.jsonl', jsonl(ROWS))));
    const lines = ROWS.map((row) => JSON.stringify(row));
    async function* later() {
      yield* ROWS;
    }
    const bytes = Readable.from([Buffer.from(jsonl(ROWS).slice(0, 50)), Buffer.from(jsonl(ROWS).slice(50))]);
    for (const input of [ROWS, later(), lines, lines.map((line) => `${line}\n`), bytes]) {
      expect(findings(await validateInput(input))).toEqual(expected);
    }
  });

  it('compares rows over several files, and names both', async () => {
    const files = [await file('one.jsonl', jsonl([aRow('a')])), await file('two.jsonl', jsonl([aRow('b'), aRow('a')]))];
    const { problems } = await validateInput({ files }, { keyField: 'key' });
    expect(problems).toMatchObject([
      { rule: 'key-repeated', uri: files[1], line: 2, other: { uri: files[0], line: 1, byte: 0, path: 'key' } },
    ]);
  });

  it('tells of the first key that looks like a number', async () => {
    const report = await validateInput([aRow('x', 'p-1'), aRow('y', '000123'), aRow('z', '1e5')]);
    expect(report).toMatchObject({ valid: true, errors: 0, warnings: 1, rules: { 'key-numeric': { warnings: 1 } } });
    expect(report.problems).toMatchObject([{ rule: 'key-numeric', severity: 'warning', line: 2, path: 'key' }]);
    const strict = await validateInput([aRow('x', '7')], { rules: { 'key-numeric': 'error' } });
    expect(strict).toMatchObject({ valid: false, errors: 1 });
    expect(await validateInput([aRow('x', '7')], { rules: { 'key-numeric': 'off' } })).toMatchObject({ warnings: 0 });
  });

  it('lists as many problems as asked for, and counts all', async () => {
    const report = await validateInput(Array.from({ length: 150 }, () => BAD));
    expect(report.problems).toHaveLength(100);
    expect(report).toMatchObject({ errors: 150, rules: { role: { errors: 150 } } });
    expect((await validateInput([BAD, BAD], { maxProblems: 0 })).problems).toEqual([]);
  });

  it('takes rules as they are set', async () => {
    expect(await validateInput(ROWS, { rules: { role: 'warning' } })).toMatchObject({ valid: true, warnings: 1 });
    expect(await validateInput(ROWS, { rules: { role: 'off' } })).toMatchObject({ valid: true, problems: [] });
  });

  it('lets rows with errors of their own be taken out, as long as some are left', async () => {
    expect(await validateInput(ROWS, { onError: 'quarantine' })).toMatchObject({
      valid: true,
      errors: 1,
      quarantined: 1,
    });
    expect(await validateInput([BAD], { onError: 'quarantine' })).toMatchObject({ valid: false });
    const twice = [aRow('a'), aRow('a')];
    expect(await validateInput(twice, { onError: 'quarantine', keyField: 'key' })).toMatchObject({ valid: false });
  });

  it('tells what would be mended', async () => {
    const contents = [{ role: 'user', parts: [{ text: 'b' }] }];
    const rows = [aRow('a'), { key: 'b', request: { contents, tools: [{ googleSearch: {} }] } }];
    expect(await validateInput(rows, { repair: ['empty-search', 'spelling'] })).toMatchObject({
      valid: true,
      repaired: { 'empty-search': 1 },
    });
  });

  it('takes more rows than one job does', async () => {
    const line = `${JSON.stringify(aRow('x'))}\n`;
    const tooMany = await file('many.jsonl', line.repeat(200_001));
    const report = await validateInput(tooMany, { rules: { 'key-repeated': 'off' } });
    expect(report).toMatchObject({ valid: true, errors: 0, rows: 200_001, refusal: null });
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    const path = await file('progress.jsonl', jsonl(ROWS));
    await validateInput(path, { onProgress: ({ bytes, of, rows, errors }) => told.push(bytes / of, rows, errors) });
    expect(told.slice(-3)).toEqual([1, 4, 1]);
  });

  it('leaves no file behind, whether it ends well or not', async () => {
    const spools = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('vertex-batch-spool-'));
    const before = await spools();
    await validateInput(ROWS);
    async function* broken() {
      yield ROWS[0]!;
      throw new Error('the source broke');
    }
    await expect(validateInput(broken())).rejects.toThrow('the source broke');
    const controller = new AbortController();
    async function* stopped() {
      yield ROWS[0]!;
      controller.abort(new Error('enough'));
      yield ROWS[1]!;
    }
    await expect(validateInput(stopped(), { signal: controller.signal })).rejects.toThrow(/abort|enough/);
    expect((await spools()).filter((name) => !before.includes(name))).toEqual([]);
  });

  it.each<[name: string, input: unknown, options: object, message: string]>([
    ['a file that is not there', 'nowhere.jsonl', {}, "nowhere.jsonl doesn't exist"],
    ['a folder', tmpdir(), {}, 'is a folder'],
    ['a table', 'bq://p.d.t', {}, 'BigQuery'],
    ['no rows', [], {}, 'is empty'],
    ['what is no row', [undefined], {}, 'a row must be an object or a line of JSON, got undefined'],
    ['no input', undefined, {}, 'input must be a path'],
    ['no files', { files: [] }, {}, 'input must be a path'],
    ['an option of another name', ROWS, { ruels: {} }, 'no option ruels, did you mean "rules"?'],
    ['a rule of another name', ROWS, { rules: { rolle: 'off' } }, 'did you mean "role"?'],
    ['a rule that stays', ROWS, { rules: { json: 'off' } }, 'rule json stays an error'],
    ['another severity', ROWS, { rules: { role: 'info' } }, 'error, warning, off, got "info"'],
    ['another action', ROWS, { onError: 'ignore' }, '"fail" or "quarantine", got "ignore"'],
    ['a repair of another name', ROWS, { repair: ['speling'] }, 'did you mean "spelling"?'],
    ['half a thread', ROWS, { threads: 0.5 }, 'threads must be a whole number of at least 1, got 0.5'],
    ['a key field that is none', ROWS, { keyField: '' }, 'keyField must be the name of a field'],
  ])('refuses %s', async (_, input, options, message) => {
    await expect(validateInput(input as never, options as never)).rejects.toThrow(message);
  });
});

describe('validateInput of gs://', () => {
  let emulator: Emulator;
  let server: EmulatorServer;

  beforeAll(async () => {
    emulator = createEmulator();
    emulator.blobs.createBucket('bucket');
    server = await serveEmulator(emulator);
  });

  afterAll(async () => {
    await server.close();
    await emulator.close();
  });

  async function put(name: string, rows: readonly object[]): Promise<void> {
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(jsonl(rows));
    }
    await emulator.blobs.write('bucket', name, content());
  }

  it('finds there what it finds here, wildcards and local files together', async () => {
    await put('in/a.jsonl', someRows(3));
    await put('in/b.jsonl', [aRow('z'), BAD]);
    const options = { endpoints: { storage: server.url } };
    expect(findings(await validateInput('gs://bucket/in/*.jsonl', options))).toEqual(
      findings(
        await validateInput({
          files: [await file('a.jsonl', jsonl(someRows(3))), await file('b.jsonl', jsonl([aRow('z'), BAD]))],
        }),
      ),
    );
    const local = await file('c.jsonl', jsonl([aRow('z')]));
    const mixed = await validateInput({ files: [local, 'gs://bucket/in/b.jsonl'] }, { ...options, keyField: 'key' });
    expect(mixed.files).toEqual([
      { uri: local, rows: 1 },
      { uri: 'gs://bucket/in/b.jsonl', rows: 2 },
    ]);
    expect(mixed.problems).toMatchObject([
      { rule: 'key-repeated', uri: 'gs://bucket/in/b.jsonl', line: 1, other: { uri: local, line: 1 } },
      { rule: 'role', line: 2 },
    ]);
  });

  it('names what is not there', async () => {
    const options = { endpoints: { storage: server.url } };
    await expect(validateInput('gs://bucket/none.jsonl', options)).rejects.toThrow(
      'gs://bucket/none.jsonl does not exist',
    );
  });
});

describe('problemsOfRow', () => {
  it('is empty for a row that a job can run', () => {
    expect(problemsOfRow(aRow('x'))).toEqual([]);
    expect(problemsOfRow(`${JSON.stringify(aRow('x'))}\n`)).toEqual([]);
  });

  it('names rule, path and value', () => {
    expect(problemsOfRow(BAD)).toEqual([
      {
        severity: 'error',
        rule: 'role',
        path: 'request.contents[0].role',
        message: expect.stringContaining('"tester"') as string,
      },
    ]);
  });

  it('knows the key field and the rules that it is told', () => {
    expect(problemsOfRow(aRow('x'), { keyField: 'id' })).toMatchObject([{ rule: 'key', path: 'id' }]);
    expect(problemsOfRow(BAD, { rules: { role: 'off' } })).toEqual([]);
    expect(problemsOfRow(BAD, { rules: { role: 'warning' } })).toMatchObject([{ severity: 'warning' }]);
  });

  it('finds what is wrong with a line', () => {
    expect(problemsOfRow('{"request":')).toMatchObject([{ path: '' }]);
  });
});
