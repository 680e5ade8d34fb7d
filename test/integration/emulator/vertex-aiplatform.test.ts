import { createRequire } from 'node:module';

import { protos, v1 } from '@google-cloud/aiplatform';
import type { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { serveEmulator } from '../../../src/emulator';
import type { EmulatorServer } from '../../../src/emulator';
import { aJobBody, EmulatorBench, someRows } from '../../support/an-emulator';
import { waitFor } from '../../support/wait-for';

const { JobState } = protos.google.cloud.aiplatform.v1;
const PARENT = 'projects/p1/locations/us-central1';

/** The client works with its own version of the library only. */
const { OAuth2Client: OwnOAuth2Client } = createRequire(require.resolve('google-gax'))('google-auth-library') as {
  OAuth2Client: typeof OAuth2Client;
};

const bench = new EmulatorBench({ clock: 'real' });
let server: EmulatorServer;
let client: v1.JobServiceClient;
let options: ConstructorParameters<typeof v1.JobServiceClient>[0];

beforeAll(async () => {
  await bench.put('gs://bucket/in.jsonl', someRows(10));
  server = await serveEmulator(bench.emulator);
  const authClient = new OwnOAuth2Client();
  authClient.setCredentials({ access_token: 'token', expiry_date: Date.now() + 3_600_000 });
  options = {
    fallback: true,
    apiEndpoint: '127.0.0.1',
    port: Number(new URL(server.url).port),
    protocol: 'http',
    projectId: 'p1',
    authClient: authClient as never,
  };
  client = new v1.JobServiceClient(options);
});

afterAll(async () => {
  await client.close();
  await server.close();
  await bench.emulator.close();
});

async function created(overrides: Record<string, unknown> = {}): Promise<string> {
  const [job] = await client.createBatchPredictionJob({ parent: PARENT, batchPredictionJob: aJobBody(overrides) });
  return job.name ?? '';
}

function jobIn(name: string, state: keyof typeof JobState) {
  return waitFor(
    async () => {
      const [job] = await client.getBatchPredictionJob({ name });
      return job.state === state ? job : undefined;
    },
    { what: `${name} to be ${state}` },
  );
}

describe('@google-cloud/aiplatform over REST', () => {
  it('runs a job and decodes every field of it', async () => {
    const job = await jobIn(await created({ labels: { stage: 'test' } }), 'JOB_STATE_SUCCEEDED');
    expect(job).toMatchObject({
      displayName: 'a job',
      labels: { stage: 'test' },
      modelVersionId: '1',
      inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/in.jsonl'] } },
      outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: 'gs://bucket/out' } },
    });
    expect(String(job.completionStats?.successfulCount)).toBe('10');
    expect(job.outputInfo?.gcsOutputDirectory).toMatch(/^gs:\/\/bucket\/out\/prediction-model-/);
    expect(Number(job.endTime?.seconds)).toBeGreaterThan(1_700_000_000);
  });

  it('lists by itself through all pages', async () => {
    for (let index = 0; index < 5; index += 1) await created({ displayName: 'paged' });
    const [jobs] = await client.listBatchPredictionJobs({
      parent: PARENT,
      pageSize: 2,
      filter: 'display_name="paged"',
    });
    expect(jobs.map((job) => job.displayName)).toEqual(Array.from({ length: 5 }, () => 'paged'));
  });

  it('cancels, and deletes through an operation', async () => {
    const name = await created();
    await client.cancelBatchPredictionJob({ name });
    expect((await jobIn(name, 'JOB_STATE_CANCELLED')).error).toMatchObject({ code: 1, message: 'CANCELED' });
    const [operation] = await client.deleteBatchPredictionJob({ name });
    await operation.promise();
    expect((await client.checkDeleteBatchPredictionJobProgress(operation.name ?? '')).done).toBe(true);
    await expect(client.getBatchPredictionJob({ name })).rejects.toMatchObject({ code: 404 });
  });

  it('reads models, Google’s and one’s own', async () => {
    const garden = new v1.ModelGardenServiceClient(options);
    const name = 'publishers/google/models/gemini-2.5-flash';
    expect((await garden.getPublisherModel({ name }))[0]).toMatchObject({ name, launchStage: 'GA' });
    const absent = garden.getPublisherModel({ name: 'publishers/google/models/gemini-does-not-exist' });
    await expect(absent).rejects.toMatchObject({ code: 404 });
    const own = new v1.ModelServiceClient(options);
    const [model] = await own.getModel({ name: `${PARENT}/models/4711` });
    expect(model.name).toMatch(/^projects\/\d+\/locations\/us-central1\/models\/4711$/);
    await Promise.all([garden.close(), own.close()]);
  });

  it('gives a state that nobody has heard of as unspecified', async () => {
    bench.emulator.setScenario({ transitions: [{ state: 'JOB_STATE_HIBERNATING', hold: true }] });
    const [job] = await client.getBatchPredictionJob({ name: await created() });
    bench.emulator.setScenario({});
    expect(['JOB_STATE_UNSPECIFIED', 12]).toContain(job.state);
  });

  it('carries errors with their HTTP status', async () => {
    const refused = created({ model: 'publishers/google/models/gemini-does-not-exist' });
    await expect(refused).rejects.toMatchObject({ code: 404, message: expect.stringContaining('PublisherModel') });
  });
});
