import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../../src/emulator';
import { aRow, someRows } from '../../support/an-emulator';
import { type CliProcess, vertexBatch } from '../../support/cli-process';
import { PYTHON } from '../../support/python';
import { waitFor } from '../../support/wait-for';

// each step is a process of its own
vi.setConfig({ testTimeout: 120_000 });

const ROOT = join(__dirname, '../../..');
const MEGABYTE = 1_000_000;

let directory: string;
let emulator: Emulator;
let server: EmulatorServer;
let cli: ReturnType<typeof vertexBatch>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-validate-'));
  emulator = createEmulator();
  emulator.blobs.createBucket('bucket');
  server = await serveEmulator(emulator);
  cli = vertexBatch({ VERTEX_BATCH_EMULATOR: server.url, TMPDIR: directory, COLUMNS: '90' });
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

function* repeated(piece: Buffer | string, times: number): Generator<Buffer | string> {
  for (let time = 0; time < times; time += 1) yield piece;
}

const BAD = { key: 'bad', request: { contents: [{ role: 'tester', parts: [{ text: 'x' }] }] } };

const REPORT = (uri: string) => `\
error[role] ${uri}:3  role must be user or model, got "tester"
  3 │ {"key":"bad","request":{"contents":[{"role":"tester","parts":[{"text":"x"}]}]}}
    │                                            ^^^^^^^^ request.contents[0].role

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
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(jsonl([...someRows(2), BAD]));
    }
    await emulator.blobs.write('bucket', 'in/rows.jsonl', content());
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

describe('an interrupt', () => {
  it('ends reading stdin at once, and leaves nothing behind', async () => {
    const child = cli(['validate', '-'], null);
    child.child.stdin?.write(jsonl(someRows(2)));
    await waitFor(async () => (await spools()).length > 0, { what: 'a spooled file' });
    child.interrupt();
    expect(await child.ended()).toEqual({ exitCode: 130, stdout: '', stderr: '' });
    expect(await spools()).toEqual([]);
  });

  it('ends a validation of several threads at once', async () => {
    const path = await file('large.jsonl', repeated(`${JSON.stringify(aRow('x'.repeat(2_000)))}\n`, 500_000));
    const child = inTerminal(['validate', path, '--threads', '2']);
    await child.says(/ [1-9]\d? %/);
    child.interrupt();
    expect((await child.ended()).exitCode).toBe(130);
  });
});
