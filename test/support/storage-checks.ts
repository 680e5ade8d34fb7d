// oxlint-disable vitest/no-standalone-expect -- storage-suite.ts runs each check inside an `it`
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import type {
  Bucket,
  DownloadOptions,
  File,
  FileMetadata,
  GetFilesOptions,
  GetFilesResponse,
} from '@google-cloud/storage';
import { expect } from 'vitest';

type StorageCheck = (bucket: Bucket) => Promise<void>;

/** Behaviour that the client sees, a sentence each; every check gets an empty bucket of its own. */
export const storageChecks: Record<string, StorageCheck> = {
  ...checksOf('takes an upload', {
    'in one request': async (bucket) => {
      await bucket
        .file('a')
        .save('hello', { resumable: false, contentType: 'text/x-greeting', metadata: { metadata: { k: 'v' } } });
      const metadata = await metadataOf(bucket.file('a'));
      expect(metadata).toMatchObject({ size: '5', contentType: 'text/x-greeting', metadata: { k: 'v' } });
      expect(await textOf(bucket.file('a'))).toBe('hello');
    },
    'as a resumable one': async (bucket) => {
      await bucket
        .file('a')
        .save('hello', { resumable: true, contentType: 'text/x-greeting', metadata: { metadata: { k: 'v' } } });
      expect(await metadataOf(bucket.file('a'))).toMatchObject({
        size: '5',
        contentType: 'text/x-greeting',
        metadata: { k: 'v' },
      });
      expect(await textOf(bucket.file('a'))).toBe('hello');
    },
    'in chunks': async (bucket) => {
      const content = patternOf(700_001);
      await bucket.file('a').save(content, { resumable: true, chunkSize: 256 * 1024 });
      expect((await bytesOf(bucket.file('a'))).equals(content)).toBe(true);
    },
    'of several megabytes': async (bucket) => {
      const content = patternOf(5_000_003);
      await bucket.file('a').save(content, { resumable: true });
      await bucket.file('b').save(content, { resumable: false });
      expect((await bytesOf(bucket.file('a'))).equals(content)).toBe(true);
      expect((await bytesOf(bucket.file('b'))).equals(content)).toBe(true);
    },
    'of nothing': async (bucket) => {
      await bucket.file('a').save('', { resumable: false });
      await bucket.file('b').save('', { resumable: true });
      expect(await textOf(bucket.file('a'))).toBe('');
      expect(await textOf(bucket.file('b'))).toBe('');
    },
    'that looks like its own wrapping': async (bucket) => {
      const content = '\r\n--boundary\r\ncontent-type: text/plain\r\n\r\n--\r\n';
      await bucket.file('a').save(content, { resumable: false });
      expect(await textOf(bucket.file('a'))).toBe(content);
    },
    'that is compressed, and keeps it compressed': async (bucket) => {
      await bucket.file('a').save('hello', { resumable: false, gzip: true, contentType: 'text/plain' });
      expect(await metadataOf(bucket.file('a'))).toMatchObject({ contentEncoding: 'gzip' });
      const [stored] = await bucket.file('a').download({ decompress: false });
      expect(gunzipSync(stored).toString()).toBe('hello');
      expect(await textOf(bucket.file('a'))).toBe('hello');
    },
    'under any name': async (bucket) => {
      const names = ['a/b//c', 'a b+c', 'a%2Fb', 'a:b?c#d&e=f', 'ünï/日本語/😀', "it's (here) [*]!", '100%'];
      for (const name of names) {
        await bucket.file(name).save(name, { resumable: false });
        await bucket.file(`r/${name}`).save(name, { resumable: true });
        expect(await textOf(bucket.file(name))).toBe(name);
        expect(await textOf(bucket.file(`r/${name}`))).toBe(name);
        expect(await metadataOf(bucket.file(name))).toMatchObject({ name });
      }
      const [files] = await bucket.getFiles();
      expect(files.map(({ name }) => name).toSorted()).toEqual(
        [...names, ...names.map((name) => `r/${name}`)].toSorted(),
      );
    },
    'only over no object, when told so': async (bucket) => {
      for (const resumable of [false, true]) {
        const file = bucket.file(`a-${resumable}`);
        const options = { resumable, preconditionOpts: { ifGenerationMatch: 0 } };
        await file.save('first', options);
        expect(await refusalOf(file.save('second', options))).toBe(412);
        expect(await textOf(file)).toBe('first');
      }
    },
    'only over one generation, when told so': async (bucket) => {
      const generation = await saved(bucket, 'a', 'first');
      await bucket.file('a').save('second', { resumable: false, preconditionOpts: { ifGenerationMatch: generation } });
      const late = bucket
        .file('a')
        .save('third', { resumable: false, preconditionOpts: { ifGenerationMatch: generation } });
      expect(await refusalOf(late)).toBe(412);
      expect(await textOf(bucket.file('a'))).toBe('second');
    },
    'and refuses one for a bucket that does not exist': async (bucket) => {
      const file = bucket.storage.bucket(`${bucket.name}-absent`).file('a');
      expect(await refusalOf(file.save('x', { resumable: false }))).toBe(404);
      expect(await refusalOf(file.save('x', { resumable: true }))).toBe(404);
    },
  }),

  ...checksOf('gives a download', {
    'that is checked with crc32c': async (bucket) => {
      const content = patternOf(300_000);
      await bucket.file('a').save(content, { resumable: false });
      const [downloaded] = await bucket.file('a').download({ validation: 'crc32c' });
      expect(downloaded.equals(content)).toBe(true);
    },
    'that is checked with md5': async (bucket) => {
      await saved(bucket, 'a', 'hello');
      const [downloaded] = await bucket.file('a').download({ validation: 'md5' });
      expect(downloaded.toString()).toBe('hello');
    },
    'of a range': async (bucket) => {
      await saved(bucket, 'a', '0123456789');
      expect(await textOf(bucket.file('a'), { start: 2, end: 4 })).toBe('234');
      expect(await textOf(bucket.file('a'), { start: 7 })).toBe('789');
      expect(await textOf(bucket.file('a'), { start: 7, end: 100 })).toBe('789');
      expect(await textOf(bucket.file('a'), { end: -3 })).toBe('789');
    },
    'but none that starts behind the end': async (bucket) => {
      await saved(bucket, 'a', '0123456789');
      expect(await refusalOf(bucket.file('a').download({ start: 10 }))).toBe(416);
    },
    'of the generation that is pinned': async (bucket) => {
      const generation = await saved(bucket, 'a', 'hello');
      expect(await textOf(bucket.file('a', { generation }))).toBe('hello');
      expect(await refusalOf(bucket.file('a', { generation: generation + 1 }).download())).toBe(404);
    },
    'but none of what does not exist': async (bucket) => {
      expect(await refusalOf(bucket.file('a').download())).toBe(404);
      const absent = bucket.storage.bucket(`${bucket.name}-absent`);
      expect(await refusalOf(absent.file('a').download())).toBe(404);
    },
  }),

  ...checksOf('describes an object', {
    'in full': async (bucket) => {
      await saved(bucket, 'a/b', '123456789');
      const metadata = await metadataOf(bucket.file('a/b'));
      expect(metadata).toMatchObject({
        kind: 'storage#object',
        bucket: bucket.name,
        name: 'a/b',
        size: '9',
        crc32c: '4waSgw==',
        md5Hash: createHash('md5').update('123456789').digest('base64'),
        metageneration: '1',
        storageClass: 'STANDARD',
        generation: expect.stringMatching(/^\d+$/),
        timeCreated: expect.stringMatching(/^\d{4}-.*Z$/),
        updated: expect.stringMatching(/^\d{4}-.*Z$/),
        etag: expect.any(String),
        id: `${bucket.name}/a/b/${metadata.generation}`,
      });
    },
    'with a higher generation after each write': async (bucket) => {
      const first = await saved(bucket, 'a', '1');
      expect(await saved(bucket, 'a', '2')).toBeGreaterThan(first);
    },
    'as existing or not': async (bucket) => {
      await saved(bucket, 'a', 'x');
      expect(await bucket.file('a').exists()).toEqual([true]);
      expect(await bucket.file('b').exists()).toEqual([false]);
      await expect(bucket.file('b').getMetadata()).rejects.toMatchObject({
        code: 404,
        errors: [{ reason: 'notFound' }],
      });
    },
    'with changes that were made to its description': async (bucket) => {
      await bucket.file('a').save('x', { resumable: false, metadata: { metadata: { keep: '1', drop: '2' } } });
      await bucket.file('a').setMetadata({ contentType: 'text/x', metadata: { drop: null, add: '3' } });
      const metadata = await metadataOf(bucket.file('a'));
      expect(metadata).toMatchObject({ contentType: 'text/x', metageneration: '2', size: '1' });
      expect(metadata.metadata).toEqual({ keep: '1', add: '3' });
    },
    'and changes the description only as it is known': async (bucket) => {
      await saved(bucket, 'a', 'x');
      const change = bucket.file('a').setMetadata({ contentType: 'text/x' }, { ifMetagenerationMatch: 7 });
      await expect(change).rejects.toMatchObject({ code: 412, errors: [{ reason: 'conditionNotMet' }] });
    },
    'only of the generation that is asked for': async (bucket) => {
      const generation = await saved(bucket, 'a', 'x');
      const file = bucket.file('a');
      const got = await getWith(file, { ifGenerationMatch: generation });
      expect(got).toMatchObject({ name: 'a' });
      expect(await refusalOf(getWith(file, { ifGenerationMatch: generation + 1 }))).toBe(412);
      expect(await refusalOf(getWith(file, { ifGenerationNotMatch: generation }))).toBe(304);
    },
    'in the fields that are asked for': async (bucket) => {
      await saved(bucket, 'a', 'x');
      expect(await getWith(bucket.file('a'), { fields: 'name,size' })).toEqual({ name: 'a', size: '1' });
    },
  }),

  ...checksOf('lists', {
    'every object over many pages': async (bucket) => {
      const names = await savedAll(bucket, ['c', 'a', 'e', 'b', 'd']);
      const listed: string[] = [];
      for (let query: object | null = { maxResults: 2 }; query;) {
        const [files, next]: GetFilesResponse = await bucket.getFiles({ ...query, autoPaginate: false });
        listed.push(...files.map(({ name }) => name));
        query = next;
      }
      expect(listed).toEqual(names.toSorted());
    },
    'one page and the way to the next': async (bucket) => {
      await savedAll(bucket, ['a', 'b', 'c']);
      const [first, next] = await bucket.getFiles({ maxResults: 2, autoPaginate: false });
      expect(first.map(({ name }) => name)).toEqual(['a', 'b']);
      const [second, last] = await bucket.getFiles({ ...next, autoPaginate: false });
      expect(second.map(({ name }) => name)).toEqual(['c']);
      expect(last).toBeNull();
    },
    'names with a prefix': async (bucket) => {
      await savedAll(bucket, ['a/1', 'a/2', 'ab', 'b']);
      expect(await namesOf(bucket, { prefix: 'a/' })).toEqual(['a/1', 'a/2']);
    },
    'folders, by a delimiter': async (bucket) => {
      await savedAll(bucket, ['a', 'b/1', 'b/2', 'c/d/1', 'e']);
      const [files, , response] = await bucket.getFiles({ delimiter: '/', autoPaginate: false });
      expect(files.map(({ name }) => name)).toEqual(['a', 'e']);
      expect(response).toMatchObject({ prefixes: ['b/', 'c/'] });
      const [, , below] = await bucket.getFiles({ delimiter: '/', prefix: 'c/', autoPaginate: false });
      expect(below).toMatchObject({ prefixes: ['c/d/'] });
    },
    'names from one offset to another': async (bucket) => {
      await savedAll(bucket, ['a', 'b', 'c', 'd']);
      expect(await namesOf(bucket, { startOffset: 'b', endOffset: 'd' })).toEqual(['b', 'c']);
    },
    'names that match a glob': async (bucket) => {
      await savedAll(bucket, ['x.jsonl', 'in/1.jsonl', 'in/2.jsonl', 'in/2.txt', 'in/deep/3.jsonl']);
      expect(await namesOf(bucket, { matchGlob: 'in/*.jsonl' })).toEqual(['in/1.jsonl', 'in/2.jsonl']);
      expect(await namesOf(bucket, { matchGlob: 'in/**.jsonl' })).toEqual([
        'in/1.jsonl',
        'in/2.jsonl',
        'in/deep/3.jsonl',
      ]);
      expect(await namesOf(bucket, { matchGlob: 'in/[2-3].{txt,csv}' })).toEqual(['in/2.txt']);
    },
    'the fields that are asked for': async (bucket) => {
      await savedAll(bucket, ['a', 'b']);
      const [, , response] = await bucket.getFiles({ fields: 'items(name)', autoPaginate: false });
      expect(response).toEqual({ items: [{ name: 'a' }, { name: 'b' }] });
    },
    'nothing in an empty bucket': async (bucket) => {
      expect(await namesOf(bucket, {})).toEqual([]);
    },
    'nothing of a bucket that does not exist': async (bucket) => {
      expect(await refusalOf(namesOf(bucket.storage.bucket(`${bucket.name}-absent`), {}))).toBe(404);
    },
  }),

  ...checksOf('composes', {
    'objects end to end': async (bucket) => {
      await saved(bucket, 'a', '1234');
      await saved(bucket, 'b', '56789');
      await bucket.combine(['a', 'b'], 'c.txt');
      expect(await textOf(bucket.file('c.txt'), { validation: 'crc32c' })).toBe('123456789');
      const metadata = await metadataOf(bucket.file('c.txt'));
      expect(metadata).toMatchObject({ crc32c: '4waSgw==', size: '9', contentType: 'text/plain' });
    },
    'objects without an md5 and says of how many': async (bucket) => {
      await savedAll(bucket, ['a', 'b']);
      await bucket.combine(['a', 'b'], 'c.txt');
      await bucket.combine(['c.txt', 'a'], 'd.txt');
      expect(await metadataOf(bucket.file('d.txt'))).toMatchObject({ componentCount: 3 });
      expect(await metadataOf(bucket.file('d.txt'))).not.toHaveProperty('md5Hash');
    },
    'at most 32 objects': async (bucket) => {
      await saved(bucket, 'a', 'x');
      const sources = Array.from({ length: 33 }, () => 'a');
      expect(await refusalOf(bucket.combine(sources, 'c.txt'))).toBe(400);
      await bucket.combine(sources.slice(1), 'c.txt');
      expect(await metadataOf(bucket.file('c.txt'))).toMatchObject({ size: '32' });
    },
    'nothing of what does not exist': async (bucket) => {
      await saved(bucket, 'a', 'x');
      expect(await refusalOf(bucket.combine(['a', 'absent'], 'c.txt'))).toBe(404);
    },
    'only over no object, when told so': async (bucket) => {
      await savedAll(bucket, ['a', 'c.txt']);
      expect(await refusalOf(bucket.combine(['a'], 'c.txt', { ifGenerationMatch: 0 }))).toBe(412);
    },
  }),

  ...checksOf('copies', {
    'content and description': async (bucket) => {
      await bucket
        .file('a')
        .save('hello', { resumable: false, contentType: 'text/x', metadata: { metadata: { k: 'v' } } });
      await bucket.file('a').copy(bucket.file('b/c d'));
      expect(await textOf(bucket.file('b/c d'))).toBe('hello');
      expect(await metadataOf(bucket.file('b/c d'))).toMatchObject({ contentType: 'text/x', metadata: { k: 'v' } });
    },
    'only over no object, when told so': async (bucket) => {
      await savedAll(bucket, ['a', 'b']);
      const copy = bucket.file('a').copy(bucket.file('b'), { preconditionOpts: { ifGenerationMatch: 0 } });
      expect(await refusalOf(copy)).toBe(412);
    },
    'nothing that does not exist': async (bucket) => {
      expect(await refusalOf(bucket.file('a').copy(bucket.file('b')))).toBe(404);
    },
  }),

  ...checksOf('deletes', {
    'an object once': async (bucket) => {
      await saved(bucket, 'a', 'x');
      await bucket.file('a').delete();
      expect(await bucket.file('a').exists()).toEqual([false]);
      expect(await refusalOf(bucket.file('a').delete())).toBe(404);
      await bucket.file('a').delete({ ignoreNotFound: true });
    },
    'only the generation that is meant': async (bucket) => {
      const generation = await saved(bucket, 'a', 'x');
      const wrong = bucket.file('a').delete({ ifGenerationMatch: generation + 1 });
      expect(await refusalOf(wrong)).toBe(412);
      await bucket.file('a').delete({ ifGenerationMatch: generation });
      expect(await bucket.file('a').exists()).toEqual([false]);
    },
    'all objects with a prefix': async (bucket) => {
      await savedAll(bucket, ['a/1', 'a/2', 'b']);
      await bucket.deleteFiles({ prefix: 'a/' });
      expect(await namesOf(bucket, {})).toEqual(['b']);
    },
  }),

  ...checksOf('has buckets that', {
    'exist or do not': async (bucket) => {
      expect(await bucket.exists()).toEqual([true]);
      expect(await bucket.storage.bucket(`${bucket.name}-absent`).exists()).toEqual([false]);
      const [metadata] = await bucket.getMetadata();
      expect(metadata).toMatchObject({ kind: 'storage#bucket', name: bucket.name });
    },
    'are created once, where it is said': async (bucket) => {
      const [created] = await bucket.storage.createBucket(`${bucket.name}-eu`, { location: 'europe-west4' });
      const [metadata] = await created.getMetadata();
      expect(metadata.location).toBe('EUROPE-WEST4');
      expect(await refusalOf(bucket.storage.createBucket(created.name))).toBe(409);
    },
    'are listed': async (bucket) => {
      const [buckets] = await bucket.storage.getBuckets();
      expect(buckets.map(({ name }) => name)).toContain(bucket.name);
    },
    'are deleted when they are empty': async (bucket) => {
      await saved(bucket, 'a', 'x');
      expect(await refusalOf(bucket.delete())).toBe(409);
      await bucket.file('a').delete();
      await bucket.delete();
      expect(await bucket.exists()).toEqual([false]);
    },
    'have a policy': async (bucket) => {
      const [{ bindings }] = await bucket.iam.getPolicy();
      expect(Array.isArray(bindings)).toBe(true);
    },
    'say what one may do': async (bucket) => {
      const [permissions] = await bucket.iam.testPermissions(['storage.objects.get', 'storage.objects.create']);
      expect(permissions).toEqual({ 'storage.objects.get': true, 'storage.objects.create': true });
    },
  }),
};

function checksOf(beginning: string, checks: Record<string, StorageCheck>): Record<string, StorageCheck> {
  return Object.fromEntries(Object.entries(checks).map(([end, check]) => [`${beginning} ${end}`, check]));
}

/** Bytes that no shift by a block's length leaves as they are. */
function patternOf(length: number): Buffer {
  const pattern = Buffer.alloc(length);
  for (let index = 0; index < length; index += 1) pattern[index] = (index * 31 + (index >>> 8)) % 251;
  return pattern;
}

async function saved(bucket: Bucket, name: string, content: string): Promise<number> {
  const file = bucket.file(name);
  await file.save(content, { resumable: false });
  return Number((await metadataOf(file)).generation);
}

async function savedAll(bucket: Bucket, names: string[]): Promise<string[]> {
  await Promise.all(names.map((name) => bucket.file(name).save(name, { resumable: false })));
  return names;
}

async function metadataOf(file: File): Promise<FileMetadata> {
  const [metadata] = await file.getMetadata();
  return metadata;
}

async function bytesOf(file: File, options?: DownloadOptions): Promise<Buffer> {
  const [content] = await file.download(options);
  return content;
}

async function textOf(file: File, options?: DownloadOptions): Promise<string> {
  return (await bytesOf(file, options)).toString();
}

async function namesOf(bucket: Bucket, options: GetFilesOptions): Promise<string[]> {
  const [files] = await bucket.getFiles(options);
  return files.map(({ name }) => name);
}

/** The status with which a call is refused; the client keeps it in one of two places. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    () => 'not refused',
    (reason: unknown) => reason,
  );
  if (typeof error !== 'object' || error === null) return error;
  const { code, status } = error as { code?: unknown; status?: unknown };
  return code ?? status;
}

/** The client's own request function, for parameters that `getMetadata` types don't name. */
async function getWith(file: File, query: Record<string, string | number>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    file.request({ uri: '', qs: query }, (error, body: unknown) => (error ? reject(error) : resolve(body)));
  });
}
