import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryBlobStore } from '../../../../src/emulator/storage/blob-store-memory';
import { globExpression } from '../../../../src/emulator/storage/glob';
import { fieldsOf, selectFields } from '../../../../src/emulator/storage/partial-response';
import { createStorageRoutes } from '../../../../src/emulator/storage/routes';
import { objectPath, StorageClient } from './storage-client';

interface Page {
  readonly items?: { readonly name: string; readonly generation: string; readonly timeDeleted?: string }[];
  readonly prefixes?: string[];
  readonly nextPageToken?: string;
}

let blobs: MemoryBlobStore;
let client: StorageClient;
let now: Date;

beforeEach(() => {
  now = new Date('2026-11-22T00:00:00Z');
  blobs = new MemoryBlobStore({ now: () => now });
  blobs.createBucket('b');
  client = new StorageClient(createStorageRoutes({ blobs, now: () => now }));
});

async function page(query: string): Promise<Page> {
  return (await client.json('GET', `/storage/v1/b/b/o?${query}`)) as Page;
}

/** Items and prefixes of all pages, each page of the length given. */
async function walked(
  query: string,
  pageLength: number,
): Promise<{ names: string[]; prefixes: string[]; longest: number }> {
  const names: string[] = [];
  const prefixes: string[] = [];
  let longest = 0;
  for (let token: string | undefined = ''; token !== undefined;) {
    const {
      items = [],
      prefixes: folders = [],
      nextPageToken,
    }: Page = await page(`${query}&maxResults=${pageLength}&pageToken=${token}`);
    names.push(...items.map(({ name }) => name));
    prefixes.push(...folders);
    longest = Math.max(longest, items.length + folders.length);
    token = nextPageToken;
  }
  return { names, prefixes, longest };
}

describe('a listing', () => {
  it('gives each object and each folder once, whatever the pages', async () => {
    const name = fc.stringMatching(/^[ab/]{1,6}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        async (all, pageLength) => {
          blobs.deleteBucket('b');
          blobs.createBucket('b');
          for (const one of all) await client.save(one);
          const { names, prefixes, longest } = await walked('delimiter=/&prefix=a', pageLength);
          const wanted = all.filter((one) => one.startsWith('a')).toSorted();
          const folders = wanted
            .filter((one) => one.includes('/', 1))
            .map((one) => one.slice(0, one.indexOf('/', 1) + 1));
          expect(names).toEqual(wanted.filter((one) => !one.includes('/', 1)));
          expect(prefixes).toEqual([...new Set(folders)]);
          expect(longest).toBeLessThanOrEqual(pageLength);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is in the order of UTF-8 and cut by offsets in it', async () => {
    for (const name of ['\u{1f600}', '\ufffd', 'z', 'é']) await client.save(name);
    expect(await client.names('')).toEqual(['z', 'é', '\ufffd', '\u{1f600}']);
    const offsets = new URLSearchParams({ startOffset: 'é', endOffset: '\u{1f600}' }).toString();
    expect(await client.names(offsets)).toEqual(['é', '\ufffd']);
  });

  it('goes on behind an object that has been deleted', async () => {
    for (const name of ['a', 'b', 'c']) await client.save(name);
    const { nextPageToken } = await page('maxResults=2');
    await client.call('DELETE', objectPath('b'));
    expect(await client.names(`pageToken=${nextPageToken}`)).toEqual(['c']);
  });

  it('of all versions shows the overwritten ones as such, over pages too', async () => {
    const generations: number[] = [];
    for (const content of ['1', '2', '3']) generations.push(await client.save('n', content));
    const first = await page('versions=true&maxResults=2');
    const second = await page(`versions=true&pageToken=${first.nextPageToken}`);
    const items = [...(first.items ?? []), ...(second.items ?? [])];
    expect(items.map(({ generation }) => Number(generation))).toEqual(generations);
    expect(items.map(({ timeDeleted }) => timeDeleted !== undefined)).toEqual([true, true, false]);
    expect(await client.names('')).toEqual(['n']);
  });

  it('is cut down to the fields that are asked for', async () => {
    await client.save('a/1');
    await client.save('b');
    await client.save('c');
    const query = 'delimiter=/&maxResults=2&fields=prefixes,items(name,size)';
    expect(await page(query)).toEqual({ prefixes: ['a/'], items: [{ name: 'b', size: '1' }] });
  });

  it('shows an object at once', async () => {
    await client.save('n');
    expect(await client.names('')).toEqual(['n']);
  });

  it('may lag, while every other read finds the object', async () => {
    client = new StorageClient(createStorageRoutes({ blobs, now: () => now, listingLagMs: 1_000 }));
    await client.save('n');
    now = new Date(now.getTime() + 999);
    expect(await client.names('')).toEqual([]);
    expect(await client.text('n')).toBe('x');
    now = new Date(now.getTime() + 1);
    expect(await client.names('')).toEqual(['n']);
  });

  it('may lag for some objects only', async () => {
    const listingLagMs = (bucket: string, name: string) => (bucket === 'b' && name === 'late' ? Infinity : 0);
    client = new StorageClient(createStorageRoutes({ blobs, listingLagMs }));
    for (const name of ['late', 'prompt']) await client.save(name);
    expect(await client.names('')).toEqual(['prompt']);
  });
});

describe('globExpression', () => {
  it.each([
    ['*.jsonl', ['a.jsonl', '.jsonl'], ['a/b.jsonl', 'a.jsonl.gz', 'a-jsonl']],
    ['a/*', ['a/', 'a/b'], ['a/b/c', 'a']],
    ['a/**', ['a/', 'a/b', 'a/b/c'], ['a']],
    ['**.jsonl', ['a.jsonl', 'a/b.jsonl', 'a\n.jsonl'], ['a.json']],
    ['part-?', ['part-1', 'part-😀'], ['part-', 'part-12', 'part-/']],
    ['[a-c1]', ['a', 'b', '1'], ['d', '-', 'ab']],
    ['[!a-c]', ['d', '1'], ['a', '/']],
    ['[]]', [']'], ['[']],
    ['{a,b*}.txt', ['a.txt', 'b.txt', 'bc.txt'], ['c.txt', '{a.txt']],
    ['{a,{b,c}}', ['a', 'b', 'c'], ['{b']],
    ['a,b}', ['a,b}'], ['a']],
    [String.raw`\*\{`, ['*{'], ['a{', String.raw`\*\{`]],
    ['a.b(c)+$^|', ['a.b(c)+$^|'], ['axb(c)+$^|']],
    ['日本/*', ['日本/語'], ['日/本']],
  ])('%s matches %j and not %j', (glob, matching, others) => {
    const expression = globExpression(glob);
    expect(matching.filter((name) => !expression.test(name))).toEqual([]);
    expect(others.filter((name) => expression.test(name))).toEqual([]);
  });
});

describe('fields', () => {
  const resource = { kind: 'k', items: [{ name: 'a', metadata: { x: '1', y: '2' } }, { name: 'b' }], next: 't' };

  it.each([
    ['kind', { kind: 'k' }],
    ['*', resource],
    ['items/name', { items: [{ name: 'a' }, { name: 'b' }] }],
    ['items(name),next', { items: [{ name: 'a' }, { name: 'b' }], next: 't' }],
    ['items/metadata/x', { items: [{ metadata: { x: '1' } }, {}] }],
    ['items(name,metadata(y))', { items: [{ name: 'a', metadata: { y: '2' } }, { name: 'b' }] }],
    ['items/name,items/metadata/y', { items: [{ name: 'a', metadata: { y: '2' } }, { name: 'b' }] }],
    ['items/name,items', { items: resource.items }],
    ['absent', {}],
  ])('%s selects', (selector, expected) => {
    expect(selectFields(resource, fieldsOf(selector))).toEqual(expected);
  });

  it.each(['', ',', 'a,', 'a(', 'a()', 'a)', 'a/', '/a', 'a(b))'])('"%s" is refused', (selector) => {
    expect(() => fieldsOf(selector)).toThrow('Invalid field selection');
  });
});
