import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { claimKey, CLAIM_LABEL } from '../../../src/domain/claim-key';
import { runIdentity } from '../../../src/run-identity';
import { aJobBody } from '../../support/an-emulator';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { vertexBatch } from '../../support/cli-process';
import { replayQueue } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const ENDLESS = { transitions: [{ state: 'JOB_STATE_RUNNING', hold: true }], cancel: { ms: 20 } } as const;

// each step is a process of its own
vi.setConfig({ testTimeout: 240_000 });

interface Listing {
  readonly owned: number;
  readonly jobs: readonly {
    readonly name: string;
    readonly run: { readonly kind: string; readonly workflowId?: string; readonly execution?: string };
    readonly cancel: { readonly kind: string };
  }[];
}

let world: BatchWorld;
let cli: ReturnType<typeof vertexBatch>;

beforeAll(async () => {
  world = await BatchWorld.create({ emulator: { scenario: ENDLESS } });
  cli = vertexBatch({
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    VERTEX_BATCH_EMULATOR: world.url,
    GOOGLE_CLOUD_PROJECT: 'acme-project',
    GOOGLE_CLOUD_LOCATION: 'us-central1',
  });
  await world.put('gs://acme/in/a.jsonl', prompts(3));
});

afterAll(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

/** A run whose job runs, and the job's name. */
async function startRunning(workflowId: string): Promise<string> {
  const before = world.emulator.jobs().length;
  await world.start({ workflowId });
  const run = world.client.run(workflowId);
  await waitFor(async () => (await run.status()).jobs.length > 0, {
    what: `the job of ${workflowId}`,
    timeoutMs: 60_000,
  });
  return world.emulator.jobs()[before]?.name ?? '';
}

/** A job as a run would have made it that this server knows nothing of. */
async function createStrange(workflowId: string, namespace: string): Promise<string> {
  const { key, directory } = runIdentity({ namespace, workflowId, rerun: 0, output: 'gs://acme/out/' });
  const claim = claimKey(key, { part: 1, round: 1, attempt: 1 });
  const body = aJobBody({
    displayName: `summaries ${claim}`,
    inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://acme/in/a.jsonl'] } },
    outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: `${directory}jobs/${claim}/` } },
    labels: { [CLAIM_LABEL]: claim },
  });
  const response = await fetch(`${world.url}/v1/projects/acme-project/locations/us-central1/batchPredictionJobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer token' },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { name: string }).name;
}

async function orphans(...words: string[]): Promise<Listing & { exitCode: number | null }> {
  const { exitCode, stdout, stderr } = await cli(['orphans', ...words, '--json']).ended();
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Listing), exitCode };
}

const stateOf = (name: string) => world.emulator.jobs().find((job) => job.name === name)?.state;

describe('orphans', () => {
  it('tells jobs whose runs are gone from those of open runs and of others, and cancels only the first', async () => {
    const [owned, terminated] = [`orphans/${randomUUID()}/owned`, `orphans/${randomUUID()}/terminated`];
    const forgotten = `orphans/${randomUUID()}`;
    const ownedJob = await startRunning(owned);
    const terminatedJob = await startRunning(terminated);
    await world.temporal.client.workflow.getHandle(terminated).terminate('a mistake');
    const forgottenJob = await createStrange(forgotten, world.temporal.namespace);
    const strangeJob = await createStrange('theirs', 'another-namespace');

    const listed = await orphans();
    expect(listed).toMatchObject({ exitCode: 0, owned: 1 });
    const byName = new Map(listed.jobs.map((job) => [job.name, job]));
    expect(byName.get(terminatedJob)?.run).toEqual({
      kind: 'gone',
      execution: 'TERMINATED',
      workflowId: terminated,
      rerun: 0,
    });
    expect(byName.get(forgottenJob)?.run).toMatchObject({
      kind: 'gone',
      execution: 'NOT_FOUND',
      workflowId: forgotten,
    });
    expect(byName.get(strangeJob)?.run).toEqual({ kind: 'unknown' });
    expect(listed.jobs).toHaveLength(3);
    expect(stateOf(terminatedJob)).toBe('JOB_STATE_RUNNING');

    const { stdout, exitCode } = await cli(['orphans', '--cancel']).ended();
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${terminated}: terminated`);
    expect(stdout).toContain(`${forgotten}: unknown to Temporal`);
    const ended = () => [terminatedJob, forgottenJob].every((name) => stateOf(name) === 'JOB_STATE_CANCELLED');
    await waitFor(ended, { what: 'both cancelled', timeoutMs: 10_000 });
    expect([ownedJob, strangeJob].map(stateOf)).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_RUNNING']);

    const refused = await cli(['orphans', ownedJob, '--cancel']).ended();
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`belongs to ${owned}`) as string });
    const named = await orphans(strangeJob, '--cancel');
    expect(named.jobs).toMatchObject([{ name: strangeJob, cancel: { kind: 'cancelled' } }]);
    expect(stateOf(ownedJob)).toBe('JOB_STATE_RUNNING');
    await world.client.run(owned).cancel({ salvage: false });
    expect(await orphans()).toMatchObject({ owned: 0, jobs: [] });
  });

  it('says where to look, and what it doesn’t find', async () => {
    const nowhere = vertexBatch({ TEMPORAL_ADDRESS: inject('temporalAddress'), VERTEX_BATCH_EMULATOR: world.url });
    expect(await nowhere(['orphans']).ended()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--project and --location') as string,
    });
    const name = 'projects/acme-project/locations/us-central1/batchPredictionJobs/1';
    const strange = await cli(['orphans', name, '--cancel']).ended();
    expect(strange).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no open job with our label') as string,
    });
  });
});
