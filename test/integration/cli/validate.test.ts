import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../../src/emulator';
import { aRow, someRows } from '../../support/an-emulator';
import { vertexBatch, vertexBatchInTerminal } from '../../support/cli-process';
import { waitFor } from '../../support/wait-for';

// each step is a process of its own
vi.setConfig({ testTimeout: 120_000 });

const MEGABYTE = 1_000_000;

let directory: string;
let emulator: Emulator;
let server: EmulatorServer;
let cli: ReturnType<typeof vertexBatch>;
let inTerminal: ReturnType<typeof vertexBatchInTerminal>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-validate-'));
  emulator = createEmulator({ scenario: { faults: [SLOWLY_READ] } });
  emulator.blobs.createBucket('bucket');
  server = await serveEmulator(emulator);
  cli = vertexBatch({ VERTEX_BATCH_EMULATOR: server.url, TMPDIR: directory, COLUMNS: '200' });
  inTerminal = vertexBatchInTerminal({ VERTEX_BATCH_EMULATOR: server.url, TMPDIR: directory, TERM: 'xterm' }, 100);
});

afterAll(async () => {
  await server.close();
  await emulator.close();
  await rm(directory, { recursive: true });
});

function jsonl(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Writes pieces, so many bytes in all, without holding them. */
async function file(name: string, pieces: Iterable<Buffer | string>): Promise<string> {
  const path = join(directory, name);
  const stream = createWriteStream(path);
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
  return path;
}

const SLOWLY_READ = {
  call: 'storage.read',
  path: 'slowly-read.jsonl',
  times: 100,
  fault: { kind: 'slow', bytesPerSecond: 200_000 },
} as const;

/** A megabyte that takes five seconds to come, however fast the machine is. */
async function slowInput(): Promise<string> {
  const row = jsonl([aRow('x'.repeat(1_980), 'same')]);
  await emulator.blobs.write(
    'bucket',
    'slowly-read.jsonl',
    bytesOf([...repeated(jsonl([BAD]), 3), ...repeated(row, 480)]),
  );
  return 'gs://bucket/slowly-read.jsonl';
}

async function* bytesOf(pieces: Iterable<Buffer | string>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

function* repeated(piece: Buffer | string, times: number): Generator<Buffer | string> {
  for (let time = 0; time < times; time += 1) yield piece;
}

const BAD = { key: 'bad', request: { contents: [{ role: 'tester', parts: [{ text: 'x' }] }] } };

const REPORT = (uri: string) => `\
error[role] ${uri}:3  role must be user or model, got "tester"
  3 │ {"key":"bad","request":{"contents":[{"role":"tester","parts":[{"text":"x"}]}]}}
    │                                             ^^^^^^^^ request.contents[0].role

1 error  role  fails the row  docs/validation.md#role

3 rows, 1 error, 0 warnings.
`;

async function spools(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('vertex-batch-'));
}

describe('validate says the same', () => {
  it('of a file', async () => {
    await writeFile(join(directory, 'rows.jsonl'), jsonl([...someRows(2), BAD]));
    const { exitCode, stdout, stderr } = await cli(['validate', join(directory, 'rows.jsonl')]).ended();
    expect(stdout).toBe(REPORT(join(directory, 'rows.jsonl')));
    expect([exitCode, stderr]).toEqual([1, '']);
  });

  it('of an object in Cloud Storage', async () => {
    await emulator.blobs.write('bucket', 'in/rows.jsonl', bytesOf([jsonl([...someRows(2), BAD])]));
    const { exitCode, stdout } = await cli(['validate', 'gs://bucket/in/*.jsonl']).ended();
    expect(stdout).toBe(REPORT('gs://bucket/in/rows.jsonl'));
    expect(exitCode).toBe(1);
  });

  it('of stdin, of which nothing is left behind', async () => {
    const { exitCode, stdout } = await cli(['validate', '-'], jsonl([...someRows(2), BAD])).ended();
    expect(stdout).toBe(REPORT('<stdin>'));
    expect(exitCode).toBe(1);
    expect(await spools()).toEqual([]);
  });
});

describe('the live line', () => {
  it('tells share, speed, rows and errors, and is gone in the end', async () => {
    const process = inTerminal(['validate', await slowInput(), '--max-problems', '1', '--rule', 'key-repeated=off']);
    const { exitCode, stdout } = await process.ended();
    expect(stdout).toMatch(/validating {2}█+░+ +\d+ % {2}\d+ kB of 988 kB · \d+ kB\/s · \d+ rows · 3 errors/);
    expect(stdout.slice(stdout.lastIndexOf('validating'))).toContain('error[role]');
    expect(stdout).toContain('483 rows, 3 errors, 0 warnings.');
    expect(exitCode).toBe(1);
  });

  it('is hidden where the output is no terminal', async () => {
    const path = await file('rows.jsonl', [jsonl(someRows(2))]);
    const { stdout, stderr } = await cli(['validate', path]).ended();
    expect(stdout).toBe('valid  2 rows · 174 bytes · 0 errors\n');
    expect(stderr).toBe('');
  });
});

describe('an interrupt', () => {
  it('ends reading stdin at once, and leaves nothing behind', async () => {
    const child = cli(['validate', '-'], null);
    child.child.stdin?.write(jsonl(someRows(2)));
    await waitFor(async () => (await spools()).length > 0, { what: 'a spooled file' });
    child.interrupt();
    expect(await child.ended()).toEqual({ exitCode: 130, stdout: '', stderr: '' });
    expect(await spools()).toEqual([]);
  });

  it('ends a validation at once', async () => {
    const child = inTerminal(['validate', await slowInput()]);
    await child.says(/ [1-9]\d? %/);
    child.interrupt();
    expect((await child.ended()).exitCode).toBe(130);
  });
});

describe('hostile input ends in bounded time, with a clear report', () => {
  const row = jsonl([aRow('x')]);

  it.each([
    [
      'a line of 200 MB',
      [row, '{"key":"', ...repeated(Buffer.alloc(MEGABYTE, 'y'), 200), '"}\n', row],
      'line-too-long',
      2,
    ],
    ['nothing but NULs', [...repeated(Buffer.alloc(MEGABYTE), 20)], 'control-character', 1],
    ['objects a million deep', [row, `${'{"a":'.repeat(MEGABYTE)}1${'}'.repeat(MEGABYTE)}\n`], 'nesting', 2],
    ['arrays without an end', [`${row}[`, '['.repeat(5 * MEGABYTE), '\n'], 'json', 2],
    ['a picture', [row, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])], 'utf8', 2],
    ['gzip', [gzipSync(row)], 'gzip', 1],
    ['an array', [`[${row.trim()},\n`, `${row.trim()}]\n`], 'json-array', 1],
    ['orders to the terminal', [row.replace('"x"', '"\u001b[2J\u0007\u009b1m"')], 'control-character', 1],
    [
      'a million names',
      [row.replace('"key":', `${Array.from({ length: MEGABYTE }, (_, index) => `"k${index}":1`).join(',')},"key":`)],
      'too-many-names',
      1,
    ],
    ['a name of a megabyte', [row.replace('"contents"', `"${'c'.repeat(MEGABYTE)}"`)], 'unknown-field', 1],
  ])('%s', async (name, pieces, rule, line) => {
    const path = await file(`${name.replaceAll(' ', '-')}.jsonl`, pieces);
    const begun = performance.now();
    const { exitCode, stdout, stderr } = await cli(['validate', path]).ended();
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(stdout).toContain(`error[${rule}] ${path}:${line}`);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThan(400);
    expect(stdout.length).toBeLessThan(10_000);
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
    expect([exitCode, stderr]).toEqual([1, '']);
  });
});
