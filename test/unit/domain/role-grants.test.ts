import { describe, expect, it } from 'vitest';
import { grantOf } from '../../../src/domain/role-grants';

const AGENT = 'serviceAccount:service-1@gcp-sa-aiplatform.iam.gserviceaccount.com';
const CREATE = 'storage.objects.create';

const binding = (role: string, member = AGENT, isConditional = false) => ({ role, members: [member], isConditional });

describe('grantOf', () => {
  it.each([
    ['roles/storage.objectUser', 'granted'],
    ['roles/storage.objectCreator', 'granted'],
    ['roles/storage.legacyBucketWriter', 'granted'],
    ['roles/aiplatform.serviceAgent', 'granted'],
    ['roles/storage.objectViewer', 'absent'],
    ['projects/acme/roles/ours', 'unclear'],
    ['roles/editor', 'unclear'],
  ])('a member with %s: to create objects is %s', (role, kind) => {
    expect(grantOf(CREATE, AGENT, [binding(role)])).toMatchObject({ kind });
  });

  it('what others have says nothing, what everybody has counts', () => {
    const other = binding(
      'roles/storage.objectUser',
      'serviceAccount:service-2@gcp-sa-aiplatform.iam.gserviceaccount.com',
    );
    expect(grantOf(CREATE, AGENT, [other])).toEqual({ kind: 'absent' });
    expect(grantOf('storage.objects.get', AGENT, [binding('roles/storage.objectViewer', 'allUsers')])).toEqual({
      kind: 'granted',
      role: 'roles/storage.objectViewer',
    });
  });

  it('a role under a condition leaves it open, unless another has none', () => {
    const conditional = binding('roles/storage.objectUser', AGENT, true);
    expect(grantOf(CREATE, AGENT, [conditional])).toMatchObject({ kind: 'unclear' });
    expect(grantOf(CREATE, AGENT, [conditional, binding('roles/storage.admin')])).toMatchObject({ kind: 'granted' });
  });

  it('a role that nobody here knows leaves it open only where no known one gives it', () => {
    const strange = binding('projects/acme/roles/ours');
    expect(grantOf(CREATE, AGENT, [strange, binding('roles/storage.objectUser')])).toMatchObject({ kind: 'granted' });
    expect(grantOf(CREATE, AGENT, [])).toEqual({ kind: 'absent' });
  });
});
