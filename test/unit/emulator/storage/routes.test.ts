import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryBlobStore } from '../../../../src/emulator/storage/blob-store-memory';
import { createStorageRoutes } from '../../../../src/emulator/storage/routes';
import { objectPath, ORIGIN, StorageClient } from './storage-client';

let blobs: MemoryBlobStore;
let client: StorageClient;
let now: Date;

beforeEach(() => {
  now = new Date('2026-11-22T01:46:10.123Z');
  blobs = new MemoryBlobStore({ now: () => now });
  blobs.createBucket('b', { location: 'us-central1' });
  client = new StorageClient(createStorageRoutes({ blobs, now: () => now }));
});

function refusal(code: number, reason: string) {
  return {
    error: { code, message: expect.any(String), errors: [expect.objectContaining({ domain: 'global', reason })] },
  };
}

describe('the storage routes', () => {
  it('leave to others the paths that are none of theirs', async () => {
    const routes = createStorageRoutes({ blobs });
    expect(await routes(new Request(`${ORIGIN}/v1/projects/p/locations/global/batchPredictionJobs`))).toBeUndefined();
    expect(await routes(new Request(`${ORIGIN}/storage/v2/b`))).toBeUndefined();
  });

  it.each([
    ['an unknown path', 'GET', '/storage/v1/b/b/nonsense', 404, 'notFound'],
    ['an unknown bucket', 'GET', '/storage/v1/b/absent', 404, 'notFound'],
    ['an unknown object', 'GET', objectPath('absent'), 404, 'notFound'],
    ['an object of an unknown bucket', 'GET', '/storage/v1/b/absent/o/n', 404, 'notFound'],
    ['a condition that is no number', 'GET', `${objectPath('absent')}?generation=x`, 400, 'invalidParameter'],
    ['a path that cannot be decoded', 'GET', '/storage/v1/b/b/o/%E0%A4', 400, 'invalid'],
    ['an upload without a name', 'POST', '/upload/storage/v1/b/b/o?uploadType=media', 400, 'required'],
    ['an upload of no known type', 'POST', '/upload/storage/v1/b/b/o?uploadType=x&name=n', 400, 'invalid'],
    ['an upload that nobody began', 'PUT', '/upload/storage/v1/b/b/o?upload_id=x', 404, 'notFound'],
    [
      'a name that is too long',
      'POST',
      `/upload/storage/v1/b/b/o?uploadType=media&name=${'x'.repeat(1025)}`,
      400,
      'invalid',
    ],
    ['a name of two lines', 'POST', '/upload/storage/v1/b/b/o?uploadType=media&name=a%0Ab', 400, 'invalid'],
    ['a page token of somebody else', 'GET', '/storage/v1/b/b/o?pageToken=x', 400, 'invalid'],
    ['fields that cannot be read', 'GET', '/storage/v1/b/b/o?fields=items(name', 400, 'invalidParameter'],
    ['a bucket without a project', 'POST', '/storage/v1/b', 400, 'required'],
  ])('refuse %s', async (_, method, path, code, reason) => {
    expect(await client.status(method, path)).toBe(code);
    expect(await client.json(method, path)).toEqual(refusal(code, reason));
  });

  it('refuse bodies that are no JSON', async () => {
    await client.save('n');
    const response = await client.call('PATCH', objectPath('n'), { body: '{' });
    expect(await response.json()).toEqual(refusal(400, 'parseError'));
  });

  it('refuse downloads in plain text', async () => {
    const response = await client.call('GET', `${objectPath('absent')}?alt=media`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('No such object: b/absent');
  });
});

describe('an object', () => {
  it('is described as the service describes it', async () => {
    const generation = now.getTime() * 1000;
    await client.upload('a b/ü', '123456789', '', { 'content-type': 'text/x' });
    expect(await client.json('GET', objectPath('a b/ü'))).toEqual({
      kind: 'storage#object',
      id: `b/a b/ü/${generation}`,
      selfLink: `${ORIGIN}/storage/v1/b/b/o/a%20b%2F%C3%BC`,
      mediaLink: `${ORIGIN}/download/storage/v1/b/b/o/a%20b%2F%C3%BC?generation=${generation}&alt=media`,
      name: 'a b/ü',
      bucket: 'b',
      generation: String(generation),
      metageneration: '1',
      contentType: 'text/x',
      storageClass: 'STANDARD',
      size: '9',
      md5Hash: 'JfnnlDI7RTiF9RgfG2JNCw==',
      crc32c: '4waSgw==',
      etag: expect.stringMatching(/^C[A-Za-z0-9+/]+EAE=$/),
      timeCreated: '2026-11-22T01:46:10.123Z',
      updated: '2026-11-22T01:46:10.123Z',
      timeStorageClassUpdated: '2026-11-22T01:46:10.123Z',
      timeFinalized: '2026-11-22T01:46:10.123Z',
    });
  });

  it('is found under its links', async () => {
    await client.save('a/b?c', 'hello');
    const { selfLink, mediaLink } = (await client.json('GET', objectPath('a/b?c'))) as Record<string, string>;
    expect(await client.json('GET', selfLink!)).toMatchObject({ name: 'a/b?c' });
    expect(await (await client.call('GET', mediaLink!)).text()).toBe('hello');
  });

  it('has links to where the server says it is', async () => {
    client = new StorageClient(createStorageRoutes({ blobs, baseUrl: 'http://emulator:8080/' }));
    await client.save('n');
    expect(await client.json('GET', objectPath('n'))).toMatchObject({
      selfLink: 'http://emulator:8080/storage/v1/b/b/o/n',
    });
  });

  it('keeps any name', async () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    const isAllowed = (text: string) => !/[\r\n]/.test(text) && text !== '.' && text !== '..';
    await fc.assert(
      fc.asyncProperty(name.filter(isAllowed), async (text) => {
        await client.save(text, text);
        expect(await client.text(text)).toBe(text);
        expect(await client.names(`prefix=${encodeURIComponent(text)}`)).toContain(text);
      }),
    );
  });

  it('changes its etag with content and description', async () => {
    const etags = new Set<unknown>();
    const note = async (answer: Promise<unknown>) => etags.add(((await answer) as { etag: string }).etag);
    await client.save('n');
    await note(client.json('GET', objectPath('n')));
    await note(client.json('PATCH', objectPath('n'), { contentType: 'text/y' }));
    await client.save('n');
    await note(client.json('GET', objectPath('n')));
    expect(etags.size).toBe(3);
  });
});

describe('a download', () => {
  it('carries what a client checks it with', async () => {
    const generation = await client.save('n', '123456789');
    const { headers } = await client.call('GET', `${objectPath('n')}?alt=media`);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-length': '9',
      'content-type': 'text/plain;charset=UTF-8',
      'x-goog-generation': String(generation),
      'x-goog-metageneration': '1',
      'x-goog-hash': 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==',
      'x-goog-stored-content-length': '9',
      'x-goog-stored-content-encoding': 'identity',
      'accept-ranges': 'bytes',
    });
  });

  it.each([
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=3-5', 206, '345', 'bytes 3-5/10'],
    ['bytes=8-', 206, '89', 'bytes 8-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-9', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=5-3', 200, '0123456789', null],
    ['bytes=1-2,4-5', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
    ['bytes=10-', 416, expect.any(String), 'bytes */10'],
    ['bytes=-0', 416, expect.any(String), 'bytes */10'],
  ])('of %s is answered with %i', async (range, status, content, contentRange) => {
    await client.save('n', '0123456789');
    const response = await client.call('GET', `${objectPath('n')}?alt=media`, { headers: { range } });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(await response.text()).toEqual(content);
  });

  it('goes on with the generation that it began with', async () => {
    const first = await client.save('n', 'first');
    await client.save('n', 'other');
    expect(await client.text('n', `&generation=${first}`, { range: 'bytes=2-' })).toBe('rst');
    expect(await client.text('n')).toBe('other');
  });

  it('of a generation that is gone is not found', async () => {
    const generation = await client.save('n');
    await client.call('DELETE', objectPath('n'));
    expect(await client.status('GET', `${objectPath('n')}?alt=media&generation=${generation}`)).toBe(404);
  });

  it('that is given up holds nothing', async () => {
    await client.save('n', 'x'.repeat(1_000_000));
    const response = await client.call('GET', `${objectPath('n')}?alt=media`);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    expect(await client.status('DELETE', objectPath('n'))).toBe(204);
  });
});

describe('preconditions', () => {
  /** Each verb, with what the service answers when a condition on generation or metageneration doesn't hold. */
  const verbs: [string, string, string, unknown, number][] = [
    ['a description', 'GET', objectPath('n'), undefined, 304],
    ['a download', 'GET', `${objectPath('n')}?alt=media`, undefined, 304],
    ['an upload', 'POST', '/upload/storage/v1/b/b/o?uploadType=media&name=n', 'new', 412],
    ['the start of a resumable upload', 'POST', '/upload/storage/v1/b/b/o?uploadType=resumable&name=n', {}, 412],
    ['a patch', 'PATCH', objectPath('n'), {}, 412],
    ['an update', 'PUT', objectPath('n'), {}, 412],
    ['a composition', 'POST', `${objectPath('n')}/compose`, { sourceObjects: [{ name: 'n' }] }, 412],
    ['a copy', 'POST', `${objectPath('n')}/copyTo/b/b/o/n`, undefined, 412],
    ['a rewrite', 'POST', `${objectPath('n')}/rewriteTo/b/b/o/n`, undefined, 412],
    ['a deletion', 'DELETE', objectPath('n'), undefined, 412],
  ];

  describe.each(verbs)('of %s', (_, method, path, body, notMatchStatus) => {
    async function statusWith(condition: string): Promise<number> {
      const separator = path.includes('?') ? '&' : '?';
      const init = body === undefined ? {} : { body: JSON.stringify(body) };
      return client.status(method, `${path}${separator}${condition}`, init);
    }

    it('let it through when they hold', async () => {
      const generation = await client.save('n');
      const conditions = `ifGenerationMatch=${generation}&ifMetagenerationMatch=1&ifGenerationNotMatch=1&ifMetagenerationNotMatch=9`;
      expect([200, 204]).toContain(await statusWith(conditions));
    });

    it('stop it when they do not', async () => {
      const generation = await client.save('n');
      expect(await statusWith('ifGenerationMatch=0')).toBe(412);
      expect(await statusWith(`ifGenerationMatch=${generation + 1}`)).toBe(412);
      expect(await statusWith('ifMetagenerationMatch=2')).toBe(412);
      expect(await statusWith(`ifGenerationNotMatch=${generation}`)).toBe(notMatchStatus);
      expect(await statusWith('ifMetagenerationNotMatch=1')).toBe(notMatchStatus);
      expect(blobs.get('b', 'n')).toMatchObject({ generation, metageneration: 1 });
    });
  });

  it('are refused in the words of the service', async () => {
    await client.save('n');
    expect(await (await client.upload('n', 'x', '&ifGenerationMatch=0')).json()).toEqual({
      error: {
        code: 412,
        message: 'At least one of the pre-conditions you specified did not hold.',
        errors: [
          {
            message: 'At least one of the pre-conditions you specified did not hold.',
            domain: 'global',
            reason: 'conditionNotMet',
            locationType: 'header',
            location: 'If-Match',
          },
        ],
      },
    });
  });

  it('let exactly one of several writers create an object', async () => {
    const uploads = ['1', '2', '3'].map((content) => client.upload('n', content, '&ifGenerationMatch=0'));
    const statuses = (await Promise.all(uploads)).map(({ status }) => status);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([200, 412, 412]);
  });

  it('of a copy look at its source as well', async () => {
    const generation = await client.save('n');
    const path = `${objectPath('n')}/rewriteTo/b/b/o/m?ifSourceGenerationMatch`;
    expect(await client.status('POST', `${path}=${generation + 1}`)).toBe(412);
    expect(await client.status('POST', `${path}=${generation}`)).toBe(200);
  });

  it('of a composition look at each source', async () => {
    const generation = await client.save('n');
    const composed = (ifGenerationMatch: number) => {
      const sourceObjects = [{ name: 'n', objectPreconditions: { ifGenerationMatch: String(ifGenerationMatch) } }];
      return client.json('POST', `${objectPath('m')}/compose`, { sourceObjects });
    };
    expect(await composed(generation + 1)).toEqual(refusal(412, 'conditionNotMet'));
    expect(await composed(generation)).toMatchObject({ name: 'm' });
  });
});

describe('a change of the description', () => {
  it('by patch leaves what it does not name', async () => {
    await client.upload('n', 'x', '', { 'content-type': 'text/x' });
    await client.json('PATCH', objectPath('n'), { metadata: { a: '1', b: '2' } });
    now = new Date(now.getTime() + 1000);
    expect(
      await client.json('PATCH', objectPath('n'), { metadata: { a: null }, cacheControl: 'no-store' }),
    ).toMatchObject({
      contentType: 'text/x',
      cacheControl: 'no-store',
      metadata: { b: '2' },
      metageneration: '3',
      timeCreated: '2026-11-22T01:46:10.123Z',
      updated: '2026-11-22T01:46:11.123Z',
    });
  });

  it('by update unsets what it does not name', async () => {
    await client.upload('n', 'x', '', { 'content-type': 'text/x' });
    const updated = await client.json('PUT', objectPath('n'), { metadata: { a: '1' } });
    expect(updated).toMatchObject({ metadata: { a: '1' } });
    expect(updated).not.toHaveProperty('contentType');
  });

  it('refuses what is no text', async () => {
    await client.save('n');
    expect(await client.json('PATCH', objectPath('n'), { metadata: { a: {} } })).toEqual(refusal(400, 'invalid'));
  });
});

describe('copies', () => {
  it('take the description of the source, or one of their own', async () => {
    await client.upload('n', 'x', '', { 'content-type': 'text/x' });
    const path = `${objectPath('n')}/copyTo/b/b/o`;
    expect(await client.json('POST', `${path}/m`)).toMatchObject({ contentType: 'text/x', name: 'm' });
    expect(await client.json('POST', `${path}/m`, { metadata: { a: '1' } })).not.toHaveProperty('contentType');
  });

  it('are made of the generation that is asked for', async () => {
    const first = await client.save('n', 'first');
    await client.save('n', 'other');
    await client.json('POST', `${objectPath('n')}/copyTo/b/b/o/m?sourceGeneration=${first}`);
    expect(await client.text('m')).toBe('first');
  });

  it('by rewrite are done at once', async () => {
    await client.save('n', 'hello');
    expect(await client.json('POST', `${objectPath('n')}/rewriteTo/b/b/o/a%2Fb`)).toMatchObject({
      kind: 'storage#rewriteResponse',
      totalBytesRewritten: '5',
      objectSize: '5',
      done: true,
      resource: { name: 'a/b', size: '5' },
    });
  });
});

describe('buckets', () => {
  it('are described as the service describes them', async () => {
    expect(await client.json('GET', '/storage/v1/b/b')).toMatchObject({
      kind: 'storage#bucket',
      id: 'b',
      name: 'b',
      location: 'US-CENTRAL1',
      locationType: 'region',
      storageClass: 'STANDARD',
      timeCreated: '2026-11-22T01:46:10.123Z',
    });
  });

  it('are refused under names that cannot be', async () => {
    expect(await client.json('POST', '/storage/v1/b?project=p', { name: 'Not_A Bucket' })).toEqual(
      refusal(400, 'invalid'),
    );
    expect(await client.json('POST', '/storage/v1/b?project=p', {})).toEqual(refusal(400, 'required'));
  });

  it('that exist or are in use are a conflict', async () => {
    await client.json('POST', '/storage/v1/b?project=p', { name: 'bucket' });
    expect(await client.json('POST', '/storage/v1/b?project=p', { name: 'bucket' })).toEqual(refusal(409, 'conflict'));
    await client.save('n');
    expect(await client.json('DELETE', '/storage/v1/b/b')).toEqual(refusal(409, 'conflict'));
  });

  it('allow what is not denied, now', async () => {
    const deniedPermissions = new Set(['storage.objects.create']);
    client = new StorageClient(createStorageRoutes({ blobs, deniedPermissions }));
    const path =
      '/storage/v1/b/b/iam/testPermissions?permissions=storage.objects.get&permissions=storage.objects.create';
    expect(await client.json('GET', path)).toMatchObject({ permissions: ['storage.objects.get'] });
    deniedPermissions.add('storage.objects.get');
    expect(await client.json('GET', path)).not.toHaveProperty('permissions');
    deniedPermissions.clear();
    expect(await client.json('GET', path)).toMatchObject({
      permissions: ['storage.objects.get', 'storage.objects.create'],
    });
  });
});
