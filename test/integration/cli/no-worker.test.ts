import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { platform } from 'node:process';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../../src/emulator';
import { someRows } from '../../support/an-emulator';
import { WORKFLOWS_PATH } from '../../support/batch-world';
import { vertexBatch } from '../../support/cli-process';
import { listeningAddresses } from '../../support/listening-addresses';
import { replayQueue } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const ENDLESS = { transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }], cancel: { ms: 100 } };

// each step is a process of its own
vi.setConfig({ testTimeout: 240_000 });

let directory: string;
let emulator: Emulator;
let server: EmulatorServer;
let environment: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-test-'));
  emulator = createEmulator({ scenario: ENDLESS });
  emulator.blobs.createBucket('bucket');
  server = await serveEmulator(emulator);
  environment = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    VERTEX_BATCH_EMULATOR: server.url,
    GOOGLE_CLOUD_PROJECT: 'acme',
    GOOGLE_CLOUD_LOCATION: 'us-central1',
  };
});

afterAll(async () => {
  await server.close();
  await emulator.close();
  await rm(directory, { recursive: true });
});

describe('with no worker alive', () => {
  it('run says so at once, status works, and cancel reaches the service by itself', async () => {
    const taskQueue = `cli-${randomUUID()}`;
    const cli = vertexBatch({ ...environment, VERTEX_BATCH_TASK_QUEUE: taskQueue });
    const id = `cli/${randomUUID()}`;
    const input = join(directory, 'prompts.jsonl');
    await writeFile(
      input,
      someRows(4)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
    const words = [
      'run',
      '-w',
      id,
      '--model',
      'gemini-2.5-flash',
      '--input',
      input,
      '--output',
      'gs://bucket/answers/',
    ];

    const following = cli(words);
    await following.says(`No worker polls ${taskQueue}`);
    const worker = cli(['worker']);
    await following.says('RUNNING');
    worker.interrupt('SIGKILL');
    following.interrupt('SIGKILL');
    await Promise.all([worker.ended(), following.ended()]);

    const { exitCode, stdout } = await cli(['status', id]).ended();
    expect(stdout).toContain('RUNNING');
    expect(exitCode).toBe(0);

    const cancelled = await cli(['cancel', id, '--reason', 'prompt v2 is coming']).ended();
    expect(cancelled.stderr).toContain("sent the service's cancel");
    expect(cancelled.stdout).toMatch(/CANCELLED after \d+ s/);
    expect(cancelled.exitCode).toBe(0);
    expect(emulator.jobs().map(({ state }) => state)).toEqual(['JOB_STATE_CANCELLED']);
    await replayQueue((await testEnvironment()).client, taskQueue, WORKFLOWS_PATH);
  });
});

describe("with no worker on the handler's task queue", () => {
  it('run says so at once', async () => {
    const handler = { name: 'save', taskQueue: `handlers-${randomUUID()}` };
    const request = { model: 'gemini-2.5-flash', input: 'gs://bucket/in.jsonl', output: 'gs://bucket/out/', handler };
    const { stderr, exitCode } = await vertexBatch({ ...environment, VERTEX_BATCH_TASK_QUEUE: `cli-${randomUUID()}` })(
      ['run', '-', '--detach'],
      JSON.stringify(request),
    ).ended();
    expect(stderr).toContain(`No worker polls ${handler.taskQueue}, the task queue of the handler`);
    expect(exitCode).toBe(0);
  });
});

describe('what can’t be reached', () => {
  it.each([
    ['an unknown id', ['status', 'no-such-run'], 2, 'RunNotFound'],
    ['a server that is not there', ['list', '--address', '127.0.0.1:1'], 4, "127.0.0.1:1 can't be reached"],
  ])('%s ends with its exit code and says why', async (_, words, code, text) => {
    const { exitCode, stdout, stderr } = await vertexBatch(environment)(words).ended();
    expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(exitCode).toBe(code);
  });
});

describe('validate', () => {
  it('reports problems of stdin as JSON', async () => {
    const rows = [...someRows(2), { request: {} }].map((row) => `${JSON.stringify(row)}\n`).join('');
    const { exitCode, stdout } = await vertexBatch({})(['validate', '-', '--json'], rows).ended();
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      rows: 3,
      files: [{ uri: '<stdin>', rows: 3 }],
      errors: 2,
      problems: [
        { severity: 'error', rule: 'contents', uri: '<stdin>', line: 3 },
        { severity: 'error', rule: 'import-empty', uri: '<stdin>', line: 3 },
      ],
    });
    expect(exitCode).toBe(1);
  });

  it('reads Cloud Storage as a run does', async () => {
    await emulator.blobs.write('bucket', 'in/a.jsonl', bytes(someRows(3)));
    await emulator.blobs.write('bucket', 'in/b.jsonl', bytes([{}]));
    const { exitCode, stdout } = await vertexBatch(environment)(['validate', 'gs://bucket/in/*.jsonl']).ended();
    expect(stdout).toContain('error[request] gs://bucket/in/b.jsonl:1');
    expect(stdout).toContain('4 rows, 1 error, 0 warnings.');
    expect(exitCode).toBe(1);
  });
});

describe('the emulator', () => {
  it('says its address on one line, and ends with the first signal', async () => {
    const process = vertexBatch({})(['emulator']);
    await process.says('url');
    const [{ url }] = process.lines() as [{ url: string }];
    const response = await fetch(`${url}/storage/v1/b/demo`);
    expect(response.status).toBe(200);
    process.interrupt('SIGTERM');
    expect(await process.ended()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it.runIf(platform === 'linux')('listens on loopback, and on another address only when told', async () => {
    const listening = async (words: readonly string[]) => {
      const process = vertexBatch({})(['emulator', ...words]);
      await process.says('url');
      const addresses = listeningAddresses(process.child.pid ?? 0);
      process.interrupt('SIGTERM');
      await process.ended();
      return addresses;
    };
    expect(await listening([])).toEqual(['127.0.0.1']);
    expect(await listening(['--host', '127.0.0.2'])).toEqual(['127.0.0.2']);
  });
});

async function* bytes(rows: readonly object[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
