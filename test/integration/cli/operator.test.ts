import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../../src/emulator';
import { someRows } from '../../support/an-emulator';
import { readTemporalTarget } from '../../../src/config';
import { createBatchWorker, installRuntime, type BatchWorker } from '../../../src/worker';
import { vertexBatch } from '../../support/cli-process';
import { replayQueue } from '../../support/replay';

// each step is a process of its own
vi.setConfig({ testTimeout: 240_000 });

/** The answer to the first create is lost, and the job that it made doesn't show in listings. */
const LOST = {
  faults: [{ call: 'create', fault: { kind: 'lost-answer' } }],
  listing: { lagMs: 3_600_000 },
  durations: { JOB_STATE_PENDING: 50, JOB_STATE_RUNNING: 50 },
} as const;

const WORKFLOWS_PATH = join(__dirname, '../../../src/workflows/index.ts');

let directory: string;
let emulator: Emulator;
let server: EmulatorServer;
let cli: ReturnType<typeof vertexBatch>;
let taskQueue: string;
let worker: BatchWorker;
let drained: Promise<void>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-test-'));
  emulator = createEmulator({ scenario: LOST });
  emulator.blobs.createBucket('bucket');
  server = await serveEmulator(emulator);
  const { url } = server;
  taskQueue = `cli-${randomUUID()}`;
  cli = vertexBatch({
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    VERTEX_BATCH_EMULATOR: server.url,
    VERTEX_BATCH_TASK_QUEUE: taskQueue,
    GOOGLE_CLOUD_PROJECT: 'acme',
    GOOGLE_CLOUD_LOCATION: 'us-central1',
  });
  installRuntime();
  // as the command's own, but for how long an answer may be on its way
  worker = await createBatchWorker({
    temporal: await readTemporalTarget({ address: inject('temporalAddress') }, {}),
    taskQueue,
    endpoints: { api: url, storage: url, trustedHosts: [] },
    workflowsPath: WORKFLOWS_PATH,
    polling: { initial: '100ms', max: '1s' },
    timeouts: { submit: '2s', heartbeat: '1s', look: '200ms' },
  });
  drained = worker.run();
});

afterAll(async () => {
  worker.drain();
  await drained;
  await server.close();
  await emulator.close();
  await rm(directory, { recursive: true });
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  await replayQueue(new Client({ connection }), taskQueue, WORKFLOWS_PATH);
  await connection.close();
});

describe('a run that can’t tell whether its create was accepted', () => {
  it('says so with the commands that answer, and goes on with the job that an operator names', async () => {
    const id = `cli/${randomUUID()}`;
    const input = join(directory, 'prompts.jsonl');
    await writeFile(
      input,
      someRows(3)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
    const request = { model: 'gemini-2.5-flash', input, output: 'gs://bucket/answers/', listingLag: '1s' };
    const following = cli(['run', '-', '-w', id], JSON.stringify(request));
    await following.says(`vertex-batch adopt ${id} JOB`, 120_000);
    expect(following.stdout).toContain(`vertex-batch resubmit ${id}`);

    const strange = await cli(['adopt', id, 'projects/acme/locations/us-central1/batchPredictionJobs/1']).ended();
    expect(strange.exitCode).toBe(2);
    expect(strange.stderr).toContain('refuses');

    const [job] = emulator.jobs();
    const adopted = await cli(['adopt', id, job?.name ?? '']).ended();
    expect(adopted).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Adopted') as string });
    const { exitCode, stdout } = await following.ended();
    expect(stdout).toMatch(/succeeded +3 answered/);
    expect(exitCode).toBe(0);
    expect(emulator.jobs()).toHaveLength(1);
    expect(await cli(['resubmit', id]).ended()).toMatchObject({ exitCode: 2 });
  });
});
