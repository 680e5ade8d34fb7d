import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/emulator';
import { aJobBody, EmulatorBench, PARENT } from '../../support/an-emulator';

const AGENT = 'serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com';

const benchWith = (access: Scenario['access']) => new EmulatorBench({ scenario: access ? { access } : {} });

describe('projects', () => {
  it('have a number, the same in every answer', async () => {
    const bench = benchWith(undefined);
    expect(await bench.json('GET', '/v1/projects/acme')).toMatchObject({
      projectId: 'acme',
      projectNumber: '123456789012',
    });
    const bucket = await bench.json<{ projectNumber: string }>('GET', '/storage/v1/b/bucket');
    expect(bucket.projectNumber).toBe('123456789012');
  });

  it('give Vertex AI’s service agent its role, unless the scenario says otherwise', async () => {
    const policy = '/v3/projects/acme:getIamPolicy';
    expect(await benchWith(undefined).json('POST', policy, {})).toMatchObject({
      bindings: [{ role: 'roles/aiplatform.serviceAgent', members: [AGENT] }],
    });
    expect(await benchWith({ projectRoles: {} }).json('POST', policy, {})).toMatchObject({ bindings: [] });
  });

  it('let each other’s agents in, since all buckets are of the first', async () => {
    const bench = benchWith(undefined);
    await bench.json('GET', '/v1/projects/acme');
    const { projectNumber } = await bench.json<{ projectNumber: string }>('GET', '/v1/projects/other');
    const other = `serviceAccount:service-${projectNumber}@gcp-sa-aiplatform.iam.gserviceaccount.com`;
    expect(await bench.json('POST', '/v3/projects/123456789012:getIamPolicy', {})).toMatchObject({
      bindings: [{ members: [AGENT, other] }],
    });
  });

  it('tell which of the permissions asked for the caller has', async () => {
    const bench = benchWith({ denied: ['aiplatform.batchPredictionJobs.create'] });
    const test = (permissions: unknown) =>
      bench.call('POST', '/v3/projects/acme:testIamPermissions', { permissions }).then((answer) => answer.json());
    const [create, get] = ['aiplatform.batchPredictionJobs.create', 'aiplatform.batchPredictionJobs.get'];
    expect(await test([create, get])).toEqual({ permissions: [get] });
    expect(await test([create])).toEqual({});
    expect(await test('create')).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
  });

  it('ask for a token, as every API does', async () => {
    const request = new Request('http://emulator.test/v1/projects/acme');
    expect((await benchWith(undefined).emulator.fetch(request)).status).toBe(401);
  });
});

describe('models', () => {
  it('are those that the scenario has', async () => {
    const bench = new EmulatorBench({ scenario: { models: ['gemini-*'] } });
    expect(await bench.json('GET', '/v1/publishers/google/models/gemini-2.5-flash')).toMatchObject({
      name: 'publishers/google/models/gemini-2.5-flash',
    });
    expect((await bench.call('GET', '/v1/publishers/google/models/palm')).status).toBe(404);
    expect((await bench.call('GET', `/v1/${PARENT}/models/4711`)).status).toBe(200);
  });
});

describe('a caller without a permission', () => {
  it.each([
    ['aiplatform.batchPredictionJobs.create', 'POST', `/v1/${PARENT}/batchPredictionJobs`],
    ['aiplatform.batchPredictionJobs.list', 'GET', `/v1/${PARENT}/batchPredictionJobs`],
    ['aiplatform.batchPredictionJobs.get', 'GET', `/v1/${PARENT}/batchPredictionJobs/1`],
    ['aiplatform.batchPredictionJobs.cancel', 'POST', `/v1/${PARENT}/batchPredictionJobs/1:cancel`],
    ['resourcemanager.projects.get', 'GET', '/v1/projects/acme'],
    ['resourcemanager.projects.getIamPolicy', 'POST', '/v3/projects/acme:getIamPolicy'],
    ['storage.buckets.getIamPolicy', 'GET', '/storage/v1/b/bucket/iam'],
    ['storage.objects.list', 'GET', '/storage/v1/b/bucket/o'],
    ['storage.objects.get', 'GET', '/storage/v1/b/bucket/o/x'],
    ['storage.objects.create', 'POST', '/upload/storage/v1/b/bucket/o?uploadType=media&name=x'],
    ['storage.objects.delete', 'DELETE', '/storage/v1/b/bucket/o/x'],
  ])('%s is refused, and let through when it is given back', async (permission, method, path) => {
    const bench = benchWith({ denied: [permission] });
    const body = method === 'POST' ? aJobBody() : undefined;
    const refused = await bench.call(method, path, body);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain(`'${permission}' denied on resource`);
    bench.emulator.setScenario({});
    expect((await bench.call(method, path, body)).status).not.toBe(403);
  });
});

describe('the policy of a bucket', () => {
  it('is what the scenario says', async () => {
    const bench = benchWith({ bucketRoles: { 'roles/storage.objectUser': [AGENT] } });
    expect(await bench.json('GET', '/storage/v1/b/bucket/iam')).toMatchObject({
      kind: 'storage#policy',
      bindings: [{ role: 'roles/storage.objectUser', members: [AGENT] }],
    });
    expect(await benchWith(undefined).json('GET', '/storage/v1/b/bucket/iam')).toMatchObject({ bindings: [] });
  });
});
