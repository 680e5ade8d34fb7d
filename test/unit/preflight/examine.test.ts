import { describe, expect, it } from 'vitest';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessRest } from '../../../src/gateways/access-rest';
import type { AccessTokens } from '../../../src/gateways/access-tokens';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { VertexJobsRest } from '../../../src/gateways/vertex-jobs-rest';
import type { Check, CheckName } from '../../../src/preflight/check';
import { examine, type Examined } from '../../../src/preflight/examine';

const WORKER = 'serviceAccount:batch-runner@acme.iam.gserviceaccount.com';
const AGENT = 'serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com';

const TOKENS: AccessTokens = {
  getAccessToken: () => Promise.resolve('token'),
  getMember: () => Promise.resolve(WORKER),
};

const ALL: Examined = {
  project: 'acme',
  location: 'us-central1',
  model: 'publishers/google/models/gemini-2.5-flash',
  input: ['gs://prompts/a.jsonl', 'gs://prompts/b/*.jsonl'],
  output: 'gs://answers/summaries/',
};

interface World {
  readonly tokens?: AccessTokens;
  readonly examined?: Partial<Examined>;
}

/** The checks in a project where everything is as it should be but for what the scenario says. */
async function checksIn(scenario: Scenario, { tokens = TOKENS, examined = {} }: World = {}): Promise<Check[]> {
  const emulator = createEmulator({ scenario });
  emulator.blobs.createBucket('prompts', { location: 'US' });
  emulator.blobs.createBucket('answers', { location: 'US-CENTRAL1' });
  const endpoint = 'http://emulator.test';
  const gateway = { tokens, endpoint, fetch: (request: Request) => emulator.fetch(request) };
  const access = new AccessRest({ ...gateway, storageEndpoint: endpoint });
  const jobs = new VertexJobsRest(gateway);
  const tables = new TableStoreRest({ ...gateway, retryDelayMs: 1 });
  emulator.tables.createDataset({ project: 'acme', dataset: 'd' }, 'us-central1');
  const checks = await examine({ access, jobs, tables, tokens, isEmulated: false }, { ...ALL, ...examined });
  expect(emulator.calls().filter(({ call }) => ['create', 'cancel', 'storage.write'].includes(call))).toEqual([]);
  return checks;
}

async function checkIn(scenario: Scenario, name: CheckName, world: World = {}): Promise<Check | undefined> {
  return (await checksIn(scenario, world)).find((check) => check.name === name);
}

const denied = (...permissions: string[]): Scenario => ({ access: { denied: permissions } });

describe('examine', () => {
  it('finds all well, each bucket once', async () => {
    const checks = await checksIn({});
    expect(checks.map(({ name, subject, status }) => [name, subject, status])).toEqual([
      ['credentials', 'batch-runner@acme.iam.gserviceaccount.com', 'ok'],
      ['vertex', 'acme, us-central1', 'ok'],
      ['model', 'publishers/google/models/gemini-2.5-flash', 'ok'],
      ['bucket', 'gs://answers', 'ok'],
      ['bucket', 'gs://prompts', 'ok'],
      ['service-agent', AGENT.slice('serviceAccount:'.length), 'ok'],
      ['service-agent', AGENT.slice('serviceAccount:'.length), 'ok'],
    ]);
    expect(checks.find(({ subject }) => subject === 'gs://answers')?.message).toBe(
      'US-CENTRAL1 · get, list, create, delete',
    );
  });

  it('names the permission that the worker lacks on the project, and the command that gives it', async () => {
    expect(await checkIn(denied('aiplatform.batchPredictionJobs.cancel'), 'vertex')).toMatchObject({
      status: 'missing',
      message: 'aiplatform.batchPredictionJobs.cancel on project acme',
      remedy: `gcloud projects add-iam-policy-binding acme --member=${WORKER} --role=roles/aiplatform.user`,
    });
  });

  it.each([
    [denied('storage.objects.delete'), 'gs://answers', 'storage.objects.delete', 'roles/storage.objectUser'],
    [denied('storage.objects.list'), 'gs://prompts', 'storage.objects.list', 'roles/storage.objectViewer'],
  ])('names what the worker lacks on a bucket: %j', async (scenario, subject, permission, role) => {
    const check = (await checksIn(scenario)).find((one) => one.subject === subject);
    expect(check).toMatchObject({ status: 'missing', message: `${permission} on the whole bucket` });
    expect(check?.remedy).toBe(
      `gcloud storage buckets add-iam-policy-binding ${subject} --member=${WORKER} --role=${role}`,
    );
  });

  it('says of a bucket that isn’t there how to make it', async () => {
    expect(await checkIn({}, 'bucket', { examined: { output: 'gs://absent/x/', input: [] } })).toMatchObject({
      status: 'missing',
      remedy: 'gcloud storage buckets create gs://absent',
    });
  });

  it('says before a job does that the service agent may not write, and what that would cost', async () => {
    expect(await checkIn({ access: { projectRoles: {} } }, 'service-agent')).toMatchObject({
      status: 'missing',
      message: 'storage.objects.create on gs://answers. Vertex would fail after the work is billed.',
      remedy: `gcloud storage buckets add-iam-policy-binding gs://answers --member=${AGENT} --role=roles/storage.objectUser`,
    });
  });

  it('finds the service agent’s role on the bucket where the project gives none', async () => {
    const access = { projectRoles: {}, bucketRoles: { 'roles/storage.objectAdmin': [AGENT] } };
    expect(await checkIn({ access }, 'service-agent')).toMatchObject({
      status: 'ok',
      message: 'roles/storage.objectAdmin on gs://answers',
    });
  });

  it.each([
    [
      { denied: ['storage.buckets.getIamPolicy'], projectRoles: {} },
      'may not read the policy of the bucket (storage.buckets.getIamPolicy)',
    ],
    [
      { denied: ['resourcemanager.projects.getIamPolicy'] },
      'may not read the policy of its project (resourcemanager.projects.getIamPolicy)',
    ],
    [{ denied: ['resourcemanager.projects.get'] }, "'resourcemanager.projects.get' denied"],
    [{ bucketRoles: { 'roles/editor': [AGENT] }, projectRoles: {} }, 'it has roles/editor'],
  ])('doesn’t claim to know what can’t be seen of the service agent: %j', async (access, why) => {
    const check = await checkIn({ access }, 'service-agent');
    expect(check).toMatchObject({ status: 'unknown', remedy: null, isUnreached: false });
    expect(check?.message).toContain(why);
  });

  it('knows a model that isn’t there', async () => {
    const check = await checkIn({ models: ['gemini-3*'] }, 'model');
    expect(check).toMatchObject({ status: 'missing', remedy: null });
    expect(check?.message).toContain('The PublisherModel gemini-2.5-flash does not exist.');
  });

  it('tells who didn’t answer from what isn’t allowed', async () => {
    const out: Scenario = { faults: [{ call: '*', times: 100, fault: { kind: 'status', status: 503 } }] };
    const checks = await checksIn(out);
    expect(checks.slice(1).map(({ status, isUnreached }) => `${status} ${isUnreached}`)).toEqual(
      checks.slice(1).map(() => 'unknown true'),
    );
  });

  it('says so where only a listing shows that the location is there', async () => {
    const faults = [{ call: 'project', times: 9, fault: { kind: 'status', status: 403 } }] as const;
    expect(await checkIn({ faults }, 'vertex')).toMatchObject({ status: 'unknown', isUnreached: false });
  });

  it('looks no further without credentials', async () => {
    const tokens = { getAccessToken: () => Promise.reject(new GatewayError('unauthenticated', 'No credentials.')) };
    expect(await checksIn({}, { tokens })).toMatchObject([
      { name: 'credentials', status: 'missing', remedy: 'gcloud auth application-default login' },
    ]);
  });

  describe('of an output in BigQuery', () => {
    const written = (output: string, more: Partial<Examined> = {}): World => ({
      examined: { output, workspace: 'gs://answers/runs/', ...more },
    });

    it.each([
      ['that is there', 'bq://acme.d.today', 'unknown', 'it is there, in us-central1', null],
      [
        'that isn’t',
        'bq://acme.none',
        'missing',
        'no such dataset',
        'bq --location=us-central1 mk --dataset acme:none',
      ],
      ['that the service makes', 'bq://acme', 'unknown', 'the service makes a dataset', null],
    ])('looks at the dataset %s', async (_, output, status, message, remedy) => {
      const check = await checkIn({}, 'bigquery', written(output));
      expect(check).toMatchObject({ subject: output, status, message: expect.stringContaining(message), remedy });
    });

    it('says that a dataset lies in another region than the jobs', async () => {
      const world = written('bq://acme.d', { location: 'europe-west4', model: null });
      expect(await checkIn({}, 'bigquery', world)).toMatchObject({
        status: 'missing',
        message: 'it lies in us-central1, and jobs in europe-west4 write datasets of their own region only',
      });
    });

    it('says which role is missing to see it', async () => {
      expect(await checkIn(denied('bigquery.datasets.get'), 'bigquery', written('bq://acme.d'))).toMatchObject({
        status: 'missing',
        remedy: expect.stringContaining(`--member=${WORKER} --role=roles/bigquery.dataViewer`),
      });
    });

    it('has the caller write the workspace, and the service read it', async () => {
      const lacking = { access: { projectRoles: {}, bucketRoles: { 'roles/storage.objectViewer': [AGENT] } } };
      const checks = await checksIn(lacking, written('bq://acme.d'));
      expect(checks.filter(({ name }) => name === 'service-agent').map(({ status }) => status)).toEqual(['ok', 'ok']);
      expect(checks.find(({ subject }) => subject === 'gs://answers')?.message).toContain('create, delete');
    });
  });

  it('needs no location for buckets, and leaves tables open', async () => {
    const examined = { project: null, location: null, model: null, input: ['bq://acme.prompts.today'] };
    expect((await checksIn({}, { examined })).map(({ name, status }) => [name, status])).toEqual([
      ['credentials', 'ok'],
      ['bucket', 'ok'],
      ['bigquery', 'unknown'],
    ]);
  });
});
