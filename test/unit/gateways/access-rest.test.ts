import { describe, expect, it } from 'vitest';
import { AccessRest } from '../../../src/gateways/access-rest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { errorOf } from '../../support/vertex-jobs-contract';

function recording(answer: () => Response) {
  const requests: Request[] = [];
  const access = new AccessRest({
    tokens: new AccessTokensFixed('the-real-token'),
    fetch: async (request) => {
      requests.push(request);
      return answer();
    },
  });
  return { access, requests };
}

describe('AccessRest', () => {
  it('asks the service that knows, with the token', async () => {
    const { access, requests } = recording(() =>
      Response.json({ projectNumber: '12', location: 'EU', permissions: ['a.b.c'], bindings: [{ role: 'roles/x' }] }),
    );
    const parent = { project: 'acme', location: 'europe-west4' };
    expect(await access.projectPermissions('acme', ['a.b.c', 'd.e.f'])).toEqual(['a.b.c']);
    expect(await access.bucketPermissions('b', ['a.b.c', 'd.e.f'])).toEqual(['a.b.c']);
    expect(await access.projectNumber('acme')).toBe('12');
    expect(await access.bucket('b')).toEqual({ location: 'EU', projectNumber: '12' });
    expect(await access.projectPolicy('acme')).toEqual([{ role: 'roles/x', members: [], isConditional: false }]);
    await access.bucketPolicy('b');
    expect(await access.tablePermissions('bq://acme.d.t', ['a.b.c', 'd.e.f'])).toEqual(['a.b.c']);
    expect(await access.datasetPolicy('bq://acme.d')).toEqual([]);
    await access.findModel(parent, 'publishers/google/models/gemini-2.5-flash@default');
    await access.findModel(parent, 'projects/acme/locations/europe-west4/models/4711');
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST https://cloudresourcemanager.googleapis.com/v3/projects/acme:testIamPermissions',
      'GET https://storage.googleapis.com/storage/v1/b/b/iam/testPermissions?permissions=a.b.c&permissions=d.e.f',
      'GET https://cloudresourcemanager.googleapis.com/v1/projects/acme',
      'GET https://storage.googleapis.com/storage/v1/b/b?fields=location,projectNumber',
      'POST https://cloudresourcemanager.googleapis.com/v3/projects/acme:getIamPolicy',
      'GET https://storage.googleapis.com/storage/v1/b/b/iam?optionsRequestedPolicyVersion=3',
      'POST https://bigquery.googleapis.com/bigquery/v2/projects/acme/datasets/d/tables/t:testIamPermissions',
      'GET https://bigquery.googleapis.com/bigquery/v2/projects/acme/datasets/d?datasetView=ACL&accessPolicyVersion=3',
      'GET https://europe-west4-aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash',
      'GET https://europe-west4-aiplatform.googleapis.com/v1/projects/acme/locations/europe-west4/models/4711',
    ]);
    expect(new Set(requests.map(({ headers }) => headers.get('authorization')))).toEqual(
      new Set(['Bearer the-real-token']),
    );
  });

  it('needs no answer for the number of a project that is named by it', async () => {
    const { access, requests } = recording(() => Response.json({}));
    expect(await access.projectNumber('123456789012')).toBe('123456789012');
    expect(requests).toEqual([]);
  });

  it('reads the entries of a dataset as a policy', async () => {
    const { access } = recording(() =>
      Response.json({
        access: [
          { role: 'READER', userByEmail: 'service-1@gcp-sa-aiplatform.iam.gserviceaccount.com' },
          { role: 'WRITER', userByEmail: 'a@acme.example', condition: { expression: 'false' } },
          { role: 'OWNER', specialGroup: 'projectOwners' },
          { role: 'roles/bigquery.user', iamMember: 'deleted:serviceAccount:b@acme.iam.gserviceaccount.com?uid=1' },
          { role: 'READER', groupByEmail: 'readers@acme.example' },
          { view: { projectId: 'acme', datasetId: 'd', tableId: 'v' } },
        ],
      }),
    );
    const entry = (role: string, member: string, isConditional = false) => ({ role, members: [member], isConditional });
    expect(await access.datasetPolicy('bq://acme.d')).toEqual([
      entry('roles/bigquery.dataViewer', 'serviceAccount:service-1@gcp-sa-aiplatform.iam.gserviceaccount.com'),
      entry('roles/bigquery.dataEditor', 'user:a@acme.example', true),
      entry('roles/bigquery.dataOwner', 'projectOwners'),
      entry('roles/bigquery.user', 'deleted:serviceAccount:b@acme.iam.gserviceaccount.com?uid=1'),
    ]);
  });

  it('calls an answer of another form what it is', async () => {
    const { access } = recording(() => Response.json({ bindings: 'none' }));
    expect(await errorOf(access.bucketPolicy('b'))).toMatchObject({ kind: 'unavailable' });
  });

  it('lets nothing but a location into the name of the host that gets the token', async () => {
    const { access, requests } = recording(() => Response.json({}));
    const looking = access.findModel({ project: 'acme', location: 'evil.example/' }, 'publishers/google/models/m');
    expect(await errorOf(looking)).toMatchObject({ kind: 'invalid-request', effect: 'never-sent' });
    expect(requests).toEqual([]);
  });
});
