import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { defineHandler } from '../../../src/define-handler';
import type { Check } from '../../../src/preflight/check';
import { BatchWorld, WORKFLOWS_PATH } from '../../support/batch-world';
import { vertexBatch } from '../../support/cli-process';
import { replayQueue } from '../../support/replay';

// each step is a process of its own
vi.setConfig({ testTimeout: 120_000 });

let world: BatchWorld;

beforeAll(async () => {
  const saveSummary = defineHandler({ handle: async () => undefined });
  world = await BatchWorld.create({ plugin: { handlers: { saveSummary } } });
});

afterAll(async () => {
  await world.close();
  await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
});

async function doctor(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const cli = vertexBatch({
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    VERTEX_BATCH_EMULATOR: world.url,
    VERTEX_BATCH_TASK_QUEUE: world.taskQueue,
    ...environment,
  });
  return await cli(['doctor', ...words]).ended();
}

const ASKED = ['--project', 'acme', '--location', 'us-central1', '--output', 'gs://acme/answers/'];

describe('doctor', () => {
  it('asks a worker for its handlers and its rights, and spends nothing', async () => {
    const { exitCode, stdout, stderr } = await doctor([...ASKED, '--json']);
    expect(exitCode, stderr).toBe(0);
    const { checks, checkedBy } = JSON.parse(stdout) as { checks: Check[]; checkedBy: string };
    expect(checkedBy).toBe('worker');
    expect(checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'temporal ok',
      'worker ok',
      'clock ok',
      'credentials ok',
      'vertex ok',
      'bucket ok',
      'service-agent ok',
    ]);
    expect(checks[1]?.message).toContain('1 poller · handlers saveSummary');
    expect(world.paidJobs()).toEqual([]);
  });

  it('says what is missing and how to mend it', async () => {
    world.emulator.setScenario({ access: { projectRoles: {} } });
    const { exitCode, stdout } = await doctor(ASKED);
    world.emulator.setScenario({});
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Service agent  service-123456789012@gcp-sa-aiplatform\S+ +missing$/m);
    expect(stdout).toContain('Vertex would fail after the work is billed.');
    expect(stdout).toContain(
      'gcloud storage buckets add-iam-policy-binding gs://acme --member=serviceAccount:service-1',
    );
    expect(stdout).toContain('1 missing.');
  });

  it('looks for itself where no worker polls, and says so', async () => {
    const { exitCode, stdout, stderr } = await doctor([...ASKED, '--task-queue', `${world.taskQueue}-silent`]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`vertex-batch worker --task-queue ${world.taskQueue}-silent`);
    expect(stdout).toMatch(/^Vertex .* ok$/m);
    expect(stderr).toContain('with the credentials of this machine');
  });

  it('tells that Temporal didn’t answer, and goes on with Google', async () => {
    const { exitCode, stdout } = await doctor(ASKED, { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^Temporal .* unknown$/m);
    expect(stdout).toMatch(/^Service agent .* ok$/m);
  });

  it('knows a namespace that isn’t there', async () => {
    const { exitCode, stdout } = await doctor([...ASKED, '--namespace', 'absent']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('temporal operator namespace create --namespace absent');
  });
});
