import { afterAll, beforeAll, inject } from 'vitest';

import { startFakeGcsServer } from '../../support/fake-gcs-server';
import { describeStorage } from '../../support/storage-suite';

const found = inject('fakeGcsServer');
let server: Awaited<ReturnType<typeof startFakeGcsServer>> | undefined;

beforeAll(async () => {
  if ('path' in found) server = await startFakeGcsServer();
});
afterAll(() => server?.stop());

describeStorage({
  name: 'fake-gcs-server',
  apiEndpoint: () => server!.url,
  missing: 'missing' in found ? found.missing : undefined,
  knownGaps: [
    'takes an upload as a resumable one',
    'describes an object in full',
    'describes an object with changes that were made to its description',
    'describes an object and changes the description only as it is known',
    'describes an object only of the generation that is asked for',
    'describes an object in the fields that are asked for',
    'lists names that match a glob',
    'lists the fields that are asked for',
    'composes objects without an md5 and says of how many',
    'composes nothing of what does not exist',
    'composes only over no object, when told so',
    'copies only over no object, when told so',
    'deletes only the generation that is meant',
    'has buckets that are created once, where it is said',
    'has buckets that are deleted when they are empty',
    'has buckets that have a policy',
    'has buckets that say what one may do',
  ],
});
