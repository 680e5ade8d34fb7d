import { describe, expect, it } from 'vitest';
import { createEmulator, type Scenario } from '../../../src/emulator';
import { AccessRest } from '../../../src/gateways/access-rest';
import type { AccessTokens } from '../../../src/gateways/access-tokens';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { TableStoreRest } from '../../../src/gateways/table-store-rest';
import { VertexJobsRest } from '../../../src/gateways/vertex-jobs-rest';
import type { Check, CheckName } from '../../../src/preflight/check';
import { examine, type Examined } from '../../../src/preflight/examine';
import { EmulatedTables } from '../../support/emulated-tables';
import type { TableToMake } from '../../support/table-store-contract';

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
  /** Makes tables. */
  readonly prepare?: (tables: EmulatedTables) => Promise<void>;
}

/** The checks in a project where everything is as it should be but for what the scenario says. */
async function checksIn(scenario: Scenario, { tokens = TOKENS, examined = {}, prepare }: World = {}): Promise<Check[]> {
  const emulator = createEmulator();
  emulator.blobs.createBucket('prompts', { location: 'US' });
  emulator.blobs.createBucket('answers', { location: 'US-CENTRAL1' });
  const endpoint = 'http://emulator.test';
  const gateway = { tokens, endpoint, fetch: (request: Request) => emulator.fetch(request) };
  const access = new AccessRest({ ...gateway, storageEndpoint: endpoint, bigqueryEndpoint: endpoint });
  const jobs = new VertexJobsRest(gateway);
  const tables = new TableStoreRest({ ...gateway, retries: 0 });
  emulator.tables.createDataset({ project: 'acme', dataset: 'd' }, 'us-central1');
  await prepare?.(new EmulatedTables(emulator));
  emulator.setScenario(scenario);
  const checks = await examine({ access, jobs, tables, tokens, isEmulated: false }, { ...ALL, ...examined });
  expect(emulator.calls().filter(({ call }) => ['create', 'cancel', 'storage.write'].includes(call))).toEqual([]);
  return checks;
}

async function checkIn(scenario: Scenario, name: CheckName, world: World = {}): Promise<Check | undefined> {
  return (await checksIn(scenario, world)).find((check) => check.name === name);
}

const denied = (...permissions: string[]): Scenario => ({ access: { denied: permissions } });

const TABLE = 'bq://acme.prompts.today';
const REQUEST = [{ name: 'request', type: 'JSON', mode: 'NULLABLE' }] as const;

function aTable(table: Partial<TableToMake> = {}, location = 'us-central1', access?: readonly object[]) {
  return async (tables: EmulatedTables) => {
    await tables.addDataset('acme', 'prompts', location, access);
    await tables.put(TABLE, { columns: REQUEST, rows: [['{}'], ['{}']], ...table });
  };
}

describe('examine, where the input is a table', () => {
  const checkOf = async (scenario: Scenario, world: World, examined: Partial<Examined> = {}) =>
    checkIn(scenario, 'bigquery', { ...world, examined: { input: [TABLE], ...examined } });

  it('50: finds that the worker may read it, and Vertex AI’s own account as well', async () => {
    const examined = { input: [TABLE], output: null };
    const checks = await checksIn({}, { prepare: aTable(), examined });
    expect(checks.slice(-2)).toMatchObject([
      { name: 'bigquery', subject: TABLE, status: 'ok', message: 'us-central1 · 2 rows' },
      { name: 'service-agent', status: 'ok', message: `roles/aiplatform.serviceAgent on the project of ${TABLE}` },
    ]);
  });

  const userByEmail = AGENT.slice('serviceAccount:'.length);
  it('finds the service agent’s role on the dataset where the project gives none', async () => {
    const access = [{ role: 'READER', userByEmail }];
    const world = { prepare: aTable({}, 'us-central1', access), examined: { input: [TABLE], output: null } };
    expect(await checkIn({ access: { projectRoles: {} } }, 'service-agent', world)).toMatchObject({
      status: 'ok',
      message: 'roles/bigquery.dataViewer on dataset acme.prompts',
    });
  });

  it.each<readonly [NonNullable<Scenario['access']>, readonly object[], string]>([
    [{ projectRoles: { 'roles/bigquery.user': [AGENT] } }, [], 'neither the dataset nor its project gives it'],
    [{ projectRoles: {} }, [{ role: 'roles/acme.reader', userByEmail }], 'it has roles/acme.reader'],
    [
      { projectRoles: {}, denied: ['bigquery.datasets.getIamPolicy'] },
      [],
      'may not read the policy of the dataset (bigquery.datasets.getIamPolicy)',
    ],
    [
      { denied: ['resourcemanager.projects.getIamPolicy'] },
      [],
      'may not read the policy of its project (resourcemanager.projects.getIamPolicy)',
    ],
  ])('doesn’t claim to know what can’t be seen of the service agent: %j, %j', async (scenario, access, why) => {
    const world = { prepare: aTable({}, 'us-central1', access), examined: { input: [TABLE], output: null } };
    expect(await checkIn({ access: scenario }, 'service-agent', world)).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining(why),
    });
  });

  it.each(['bigquery.tables.get', 'bigquery.tables.getData'])(
    'names %s that the worker lacks, its dataset, and the command that gives it',
    async (permission) => {
      expect(await checkOf(denied(permission), { prepare: aTable() })).toMatchObject({
        status: 'missing',
        message: `${permission} on dataset acme.prompts`,
        remedy: `bq query --use_legacy_sql=false 'GRANT \`roles/bigquery.dataViewer\` ON SCHEMA \`acme\`.prompts TO "${WORKER}"'`,
      });
    },
  );

  it.each<readonly [string, (tables: EmulatedTables) => Promise<void>, string]>([
    ['a dataset that isn’t there', async () => {}, 'does not exist; check project, dataset and table'],
    ['a table that isn’t there', (tables) => tables.addDataset('acme', 'prompts'), 'does not exist'],
    ['a table of another region', aTable({}, 'europe-west4'), 'set location to europe-west4'],
    ['a table of a multi-region', aTable({}, 'US'), 'batch jobs read no multi-region'],
    ['a request of the wrong type', aTable({ columns: [{ ...REQUEST[0], type: 'INTEGER' }], rows: [] }), 'got INTEGER'],
    ['no request', aTable({ columns: [{ ...REQUEST[0], name: 'prompt' }] }), 'has no column "request"'],
    ['a view', aTable({ rows: [], type: 'VIEW' }), 'make a table of it: CREATE TABLE'],
  ])('says of %s what is wrong', async (_, prepare, message) => {
    expect(await checkOf({}, { prepare })).toMatchObject({
      status: 'missing',
      message: expect.stringContaining(message),
      isUnreached: false,
    });
  });

  it('takes a table that has no rows yet', async () => {
    expect(await checkOf({}, { prepare: aTable({ rows: [] }) })).toMatchObject({ status: 'ok' });
  });

  it('says when a table will expire', async () => {
    const expires = Date.now() + 3_600_000;
    expect(await checkOf({}, { prepare: aTable({ expires }) })).toMatchObject({
      status: 'ok',
      message: `us-central1 · 2 rows · expires ${new Date(expires).toISOString()}`,
    });
  });

  it('leaves open whether a job in global may read it', async () => {
    const check = await checkOf({}, { prepare: aTable() }, { location: 'global' });
    expect(check).toMatchObject({ status: 'unknown', message: expect.stringContaining("isn't documented") });
  });

  it('tells that nobody answered from what is wrong', async () => {
    const faults = [{ call: 'bigquery.get', times: 9, fault: { kind: 'status', status: 503 } }] as const;
    expect(await checkOf({ faults }, { prepare: aTable() })).toMatchObject({ status: 'unknown', isUnreached: true });
  });
});

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

    it('looks whether the service agent may make tables in it', async () => {
      const agentOn = async (access: Scenario['access'], world: World) =>
        (await checksIn({ ...(access && { access }) }, world)).filter(({ name }) => name === 'service-agent').at(-1);
      expect(await agentOn(undefined, written('bq://acme.d.today'))).toMatchObject({
        status: 'ok',
        message: 'roles/aiplatform.serviceAgent on the project of bq://acme.d.today',
      });
      const readers = { projectRoles: { 'roles/bigquery.dataViewer': [AGENT] } };
      expect(await agentOn(readers, written('bq://acme.d.today'))).toMatchObject({
        status: 'unknown',
        message: 'bigquery.tables.create on bq://acme.d.today: neither the dataset nor its project gives it',
      });
      expect(await agentOn(undefined, written('bq://acme'))).toMatchObject({
        message: expect.stringContaining('gs://'),
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
      const ofBuckets = checks.filter(({ name, message }) => name === 'service-agent' && message.includes('gs://'));
      expect(ofBuckets.map(({ status }) => status)).toEqual(['ok', 'ok']);
      expect(checks.find(({ subject }) => subject === 'gs://answers')?.message).toContain('create, delete');
    });
  });

  it('needs no location for buckets and tables', async () => {
    const examined = { project: null, location: null, model: null, input: [TABLE] };
    const checks = await checksIn({}, { examined, prepare: aTable() });
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['credentials', 'ok'],
      ['bucket', 'ok'],
      ['bigquery', 'ok'],
    ]);
  });
});
