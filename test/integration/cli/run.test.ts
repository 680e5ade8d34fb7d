import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunStatus } from '../../../src/client';
import type { Emulator } from '../../../src/emulator';
import { aRow, someRows } from '../../support/an-emulator';
import { WORKFLOWS_PATH } from '../../support/batch-world';
import { CliWorld } from '../../support/cli-world';
import { replayQueue } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const QUICK = { durations: { JOB_STATE_PENDING: 50, JOB_STATE_RUNNING: 100 } };
const PRICE = { input: 1, output: 2, source: 'contract' };
const HELD = { transitions: [{ state: 'JOB_STATE_PENDING', hold: true }] };

// each step is a process of its own
vi.setConfig({ testTimeout: 240_000 });

let world: CliWorld;
let directory: string;
let emulator: Emulator;
let cli: CliWorld['cli'];

beforeAll(async () => {
  const pricesIn = (folder: string) => join(folder, 'prices.json');
  world = await CliWorld.open({ scenario: QUICK }, (folder) => ({ VERTEX_BATCH_PRICES: pricesIn(folder) }));
  ({ directory, emulator, cli } = world);
  const prices = { date: '2026-01-31', models: { 'gemini-2.5-flash': [PRICE] } };
  await writeFile(pricesIn(directory), JSON.stringify(prices));
  await world.startWorker();
});

afterAll(async () => {
  await world.close();
  const { client } = await testEnvironment();
  await replayQueue(client, world.taskQueue, WORKFLOWS_PATH);
});

async function inputFile(rows: readonly object[]): Promise<string> {
  const path = join(directory, `${randomUUID()}.jsonl`);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

function runWords(workflowId: string, input: string): string[] {
  return ['run', '-w', workflowId, '--model', 'gemini-2.5-flash', '--input', input, '--output', 'gs://bucket/answers/'];
}

async function statusOf(id: string): Promise<RunStatus> {
  const look = cli(['status', id, '--json']);
  await look.ended();
  return JSON.parse(look.stdout) as RunStatus;
}

describe('run', () => {
  it('uploads a local file, follows the run and prints its result', async () => {
    emulator.setScenario(QUICK);
    const id = `cli/${randomUUID()}`;
    const { exitCode, stdout } = await cli(runWords(id, await inputFile(someRows(20)))).ended();
    expect(stdout).toMatch(/validated +20 rows/);
    expect(stdout).toContain(`gs://bucket/answers/${id}/`);
    expect(stdout).toMatch(/^estimate .* \(prices of 2026-01-31\)$/m);
    expect(stdout).toMatch(/^tokens .* cost \$[\d.]+ \(estimated \$[\d.]+, prices of 2026-01-31\)$/m);
    expect(stdout).toMatch(/succeeded +20 answered · 0 blocked · 0 failed · 0 missing · of 20/);
    expect(exitCode).toBe(0);
  });

  it('writes one JSON object a line, the result last, and attaches where the id is known', async () => {
    emulator.setScenario(QUICK);
    const id = `cli/${randomUUID()}`;
    const words = [...runWords(id, await inputFile([aRow('one'), aRow('[[blocked]]', 'two')])), '--json'];
    const first = cli(words);
    const { exitCode } = await first.ended();
    const last = first.lines().at(-1) as { result: { outcome: string; rows: object } };
    expect(last.result).toMatchObject({ outcome: 'partial', rows: { input: 2, answered: 1, blocked: 1 } });
    expect(exitCode).toBe(3);

    const again = cli([...words, '--allow-partial']);
    expect(await again.ended()).toMatchObject({ exitCode: 0 });
    expect(again.lines().at(-1)).toEqual(last);
    expect(emulator.jobs().filter(({ displayName }) => displayName.startsWith(id))).toHaveLength(1);
  });

  it('shows problems with their lines, and uploads nothing', async () => {
    const path = await inputFile([
      aRow('one'),
      { request: { contents: [{ role: 'tester', parts: [{ text: 'two' }] }] } },
    ]);
    const id = `cli/${randomUUID()}`;
    const { exitCode, stdout } = await cli(runWords(id, path)).ended();
    expect(stdout).toContain(`error[role] ${path}:2`);
    expect(stdout).toContain('^^^^^^^^ request.contents[0].role');
    expect(stdout).toContain('Nothing was uploaded, started or spent.');
    expect(exitCode).toBe(1);
    expect([...emulator.blobs.list('bucket', `answers/${id}`)]).toEqual([]);
  });

  it('takes the request from stdin, and flags win', async () => {
    emulator.setScenario(QUICK);
    const id = `cli/${randomUUID()}`;
    const request = {
      workflowId: 'not this',
      model: 'gemini-2.5-pro',
      input: await inputFile(someRows(3)),
      output: 'gs://bucket/answers/',
    };
    const dry = cli(
      ['run', '-', '-w', id, '--model', 'gemini-2.5-flash', '--dry-run', '--json'],
      JSON.stringify(request),
    );
    expect(await dry.ended()).toMatchObject({ exitCode: 0 });
    const [{ result }] = dry.lines() as [{ result: { workflowId: string; request: object; estimate: object } }];
    expect(result).toMatchObject({
      workflowId: id,
      estimate: { rows: 3, parts: 1, cost: { priceTable: expect.any(String) as string } },
      validation: { rows: 3 },
      request: { model: 'publishers/google/models/gemini-2.5-flash', project: 'acme' },
    });
    expect([...emulator.blobs.list('bucket', `answers/${id}`)]).toEqual([]);
  });

  it('stops following at Ctrl-C, and the run goes on until it is cancelled', async () => {
    emulator.setScenario(HELD);
    const id = `cli/${randomUUID()}`;
    const following = cli(runWords(id, await inputFile(someRows(5))));
    await following.says('PENDING');
    following.interrupt();
    const interrupted = await following.ended();
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.stdout).toMatch(/^ {2}estimated cost \$[\d.]+ \(prices of 2026-01-31\)$/m);
    expect(interrupted.stderr).toContain(`vertex-batch watch ${id}`);
    expect(interrupted.stderr).toContain(`vertex-batch cancel ${id}`);

    expect(await statusOf(id)).toMatchObject({
      execution: 'RUNNING',
      phase: 'waiting',
      cost: { usd: null, priceTable: '2026-01-31' },
    });
    expect(await cli(['result', id]).ended()).toMatchObject({ exitCode: 4 });
    const cancelled = cli(['cancel', id, '--reason', 'enough']);
    expect(await cancelled.ended()).toMatchObject({ exitCode: 0 });
    expect(cancelled.stdout).toContain('CANCELLED');
    const { exitCode, stdout } = await cli(['result', id, '--wait', '--json']).ended();
    expect(JSON.parse(stdout)).toMatchObject({ result: { outcome: 'cancelled' } });
    expect(exitCode).toBe(1);
  });

  it('lists runs, with the manifest’s result readable by its URI', async () => {
    emulator.setScenario(QUICK);
    const id = `cli/${randomUUID()}`;
    const { stdout } = await cli([...runWords(id, await inputFile(someRows(2))), '--json']).ended();
    const { result } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { result: { manifest: string } };
    const byUri = cli(['result', result.manifest, '--json']);
    expect(await byUri.ended()).toMatchObject({ exitCode: 0 });
    expect(byUri.lines()).toEqual([{ result }]);
    const runs = await waitFor(
      async () => {
        const listed = await cli(['list', '--json', '--limit', '1000']).ended();
        return (JSON.parse(listed.stdout) as { workflowId: string }[]).find(({ workflowId }) => workflowId === id);
      },
      { what: `${id} in the list`, timeoutMs: 30_000 },
    );
    expect(runs).toMatchObject({ execution: 'COMPLETED', progress: { closed: { outcome: 'succeeded' } } });
  });
});

describe('a worker', () => {
  it('drains at the first signal', async () => {
    const other = cli(['worker', '--task-queue', `${world.taskQueue}-other`, '--json']);
    await other.says('polling');
    other.interrupt('SIGTERM');
    const { exitCode, stderr } = await other.ended();
    expect(stderr).toContain('what is in flight ends');
    expect(exitCode).toBe(0);
  });

  it('stops at the second signal, whatever is in flight', async () => {
    emulator.setScenario({ faults: [{ call: 'storage.read', fault: { kind: 'stall' } }] });
    const queue = `${world.taskQueue}-stopped`;
    const other = cli(['worker', '--task-queue', queue]);
    await other.says('Polling');
    await cli([
      ...runWords(`cli/${randomUUID()}`, await inputFile(someRows(2))),
      '--task-queue',
      queue,
      '--detach',
    ]).ended();
    const isReading = () =>
      emulator.calls().some(({ call, status }) => call === 'storage.read' && status === undefined);
    await waitFor(isReading, { what: 'a read that stalls', timeoutMs: 60_000 });
    other.interrupt('SIGTERM');
    await other.says('what is in flight ends');
    other.interrupt('SIGTERM');
    expect(await other.ended()).toMatchObject({ exitCode: 130 });
    emulator.setScenario(QUICK);
  });

  it('refuses a module without handlers, naming what it exports', async () => {
    const path = join(directory, 'nothing.mjs');
    await writeFile(path, 'export const handler = 1;');
    const { exitCode, stderr } = await cli(['worker', '--handlers', path]).ended();
    expect(stderr).toContain('must export handlers');
    expect(exitCode).toBe(2);
  });
});
