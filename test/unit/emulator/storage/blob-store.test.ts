import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  BlobGone,
  BucketNotFound,
  ContentMismatch,
  PreconditionFailed,
} from '../../../../src/emulator/storage/blob-store';
import type { Blob, BlobRange, BlobStore } from '../../../../src/emulator/storage/blob-store';
import { DiskBlobStore } from '../../../../src/emulator/storage/blob-store-disk';
import { MemoryBlobStore } from '../../../../src/emulator/storage/blob-store-memory';
import { crc32cOf } from '../../../../src/emulator/storage/crc32c';
import type { BlobStoreOptions } from '../../../../src/emulator/storage/versioned-blob-store';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'blobs-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

async function* chunksOf(...chunks: (string | Uint8Array)[]) {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function* oneBufferReused() {
  const buffer = Buffer.alloc(1);
  for (const letter of 'abc') {
    buffer.write(letter);
    yield buffer;
  }
}

async function* brokenOff() {
  yield Buffer.alloc(3_000_000);
  throw new Error('connection reset');
}

async function contentOf(blobs: BlobStore, blob: Blob, range?: BlobRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blobs.read(blob, range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function textOf(blobs: BlobStore, blob: Blob, range?: BlobRange): Promise<string> {
  return (await contentOf(blobs, blob, range)).toString();
}

describe.each([
  { kind: 'memory', open: (options?: BlobStoreOptions): BlobStore => new MemoryBlobStore(options) },
  { kind: 'disk', open: (options?: BlobStoreOptions): BlobStore => new DiskBlobStore(directory, options) },
])('a blob store in $kind', ({ open }) => {
  function openWithBucket(options?: BlobStoreOptions): BlobStore {
    const blobs = open(options);
    blobs.createBucket('b');
    return blobs;
  }

  it('gives back what was written, with its checksums', async () => {
    const blobs = openWithBucket();
    const blob = await blobs.write('b', 'n', chunksOf('1234', '56789'));
    expect(blob).toMatchObject({ size: 9, crc32c: 0xe3069283, md5: 'JfnnlDI7RTiF9RgfG2JNCw==', metageneration: 1 });
    expect(await textOf(blobs, blob)).toBe('123456789');
    expect(blobs.get('b', 'n')).toEqual(blob);
  });

  it('keeps an empty object', async () => {
    const blobs = openWithBucket();
    const blob = await blobs.write('b', 'n', chunksOf());
    expect(blob).toMatchObject({ size: 0, crc32c: 0 });
    expect(await textOf(blobs, blob)).toBe('');
  });

  it('reads any range of contents that span blocks, also of composed ones', async () => {
    const blobs = openWithBucket();
    const bytes = Buffer.from(Uint8Array.from({ length: 700_001 }, (_, index) => (index * 31) % 251));
    const first = await blobs.write('b', 'first', chunksOf(bytes.subarray(0, 10), bytes.subarray(10, 300_000)));
    const second = await blobs.write('b', 'second', chunksOf(bytes.subarray(300_000)));
    const whole = blobs.compose('b', 'whole', [first, second]);
    expect(whole).toMatchObject({ crc32c: crc32cOf(bytes), md5: undefined, componentCount: 2, size: bytes.length });
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), fc.nat(bytes.length + 10), async (start, end) => {
        expect(
          (await contentOf(blobs, whole, { start, end })).equals(bytes.subarray(start, Math.max(start, end))),
        ).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('does not hold on to the buffer of the caller', async () => {
    const blobs = openWithBucket();
    expect(await textOf(blobs, await blobs.write('b', 'n', oneBufferReused()))).toBe('abc');
  });

  it('gives each write a higher generation, also when the clock stands still', async () => {
    const blobs = openWithBucket({ now: () => new Date(1000) });
    const first = await blobs.write('b', 'n', chunksOf('1'));
    const second = await blobs.write('b', 'm', chunksOf('2'));
    expect(first.generation).toBe(1_000_000);
    expect(second.generation).toBe(1_000_001);
  });

  it('keeps the last overwritten generations readable, and no more', async () => {
    const blobs = openWithBucket({ keptGenerations: 2 });
    const written: Blob[] = [];
    for (const text of ['1', '2', '3', '4']) written.push(await blobs.write('b', 'n', chunksOf(text)));
    const [gone, oldest] = written.map(({ generation }) => blobs.get('b', 'n', generation));
    expect(gone).toBeUndefined();
    expect(await textOf(blobs, oldest!)).toBe('2');
    expect(() => blobs.read(written[0]!)).toThrow(BlobGone);
    expect([...blobs.listVersions('b')].map(({ timeDeleted }) => timeDeleted !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
    expect([...blobs.list('b')]).toHaveLength(1);
  });

  it('lets a reader finish whose object is deleted meanwhile', async () => {
    const blobs = openWithBucket();
    const blob = await blobs.write('b', 'n', chunksOf(Buffer.alloc(600_000, 'x')));
    let size = 0;
    for await (const chunk of blobs.read(blob)) {
      blobs.delete('b', 'n');
      size += chunk.length;
    }
    expect(size).toBe(600_000);
    expect(blobs.get('b', 'n')).toBeUndefined();
  });

  it('lets one of several writers win that each expect no object', async () => {
    const blobs = openWithBucket();
    const writers = ['1', '2', '3'].map((text) => blobs.write('b', 'n', chunksOf(text), { ifGenerationMatch: 0 }));
    const outcomes = await Promise.allSettled(writers);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(lost.map(({ reason }) => reason)).toEqual([expect.any(PreconditionFailed), expect.any(PreconditionFailed)]);
  });

  it('refuses content that is not what was announced', async () => {
    const blobs = openWithBucket();
    await expect(blobs.write('b', 'n', chunksOf('x'), { crc32c: 1 })).rejects.toThrow(ContentMismatch);
    await expect(blobs.write('b', 'n', chunksOf('x'), { md5: 'x' })).rejects.toThrow(ContentMismatch);
    expect(blobs.get('b', 'n')).toBeUndefined();
  });

  it('stores nothing of content that breaks off', async () => {
    const blobs = openWithBucket();
    await expect(blobs.write('b', 'n', brokenOff())).rejects.toThrow('connection reset');
    expect([...blobs.list('b')]).toEqual([]);
  });

  it('refuses a bucket that does not exist', async () => {
    await expect(open().write('b', 'n', chunksOf('x'))).rejects.toThrow(BucketNotFound);
  });

  it('lists names by their UTF-8 bytes', async () => {
    const blobs = openWithBucket();
    const names = ['a', 'a/b', 'a b', '\u{1f600}', '\ufffd', 'é', 'Z'];
    for (const name of names) await blobs.write('b', name, chunksOf('x'));
    const sorted = names.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
    expect([...blobs.list('b')].map(({ name }) => name)).toEqual(sorted);
    expect([...blobs.list('b', 'a')].map(({ name }) => name)).toEqual(['a', 'a b', 'a/b']);
  });

  it('copies without losing what the source says about itself', async () => {
    const blobs = openWithBucket();
    const source = await blobs.write('b', 'n', chunksOf('x'), { contentType: 'text/plain', metadata: { a: '1' } });
    const copy = blobs.copy(source, 'b', 'm');
    blobs.delete('b', 'n');
    expect(copy).toMatchObject({ contentType: 'text/plain', metadata: { a: '1' }, md5: source.md5, metageneration: 1 });
    expect(await textOf(blobs, copy)).toBe('x');
  });

  it('patches the description and leaves the content', async () => {
    const blobs = openWithBucket();
    const { generation } = await blobs.write('b', 'n', chunksOf('x'), {
      contentType: 'text/plain',
      metadata: { a: '1' },
    });
    const patched = blobs.patch('b', 'n', { contentType: undefined }, { ifMetagenerationMatch: 1 })!;
    expect(patched).toMatchObject({ generation, metageneration: 2, contentType: undefined, metadata: { a: '1' } });
    expect(await textOf(blobs, patched)).toBe('x');
    expect(() => blobs.patch('b', 'n', {}, { ifMetagenerationMatch: 1 })).toThrow(PreconditionFailed);
    expect(blobs.patch('b', 'absent', {})).toBeUndefined();
  });

  it('deletes only the object that the caller means', async () => {
    const blobs = openWithBucket();
    const past = await blobs.write('b', 'n', chunksOf('1'));
    await blobs.write('b', 'n', chunksOf('2'));
    expect(() => blobs.delete('b', 'n', { ifGenerationMatch: past.generation })).toThrow(PreconditionFailed);
    expect(blobs.delete('b', 'n', { generation: past.generation })).toBe(true);
    expect(blobs.get('b', 'n', past.generation)).toBeUndefined();
    expect(await textOf(blobs, blobs.get('b', 'n')!)).toBe('2');
    expect(blobs.delete('b', 'n')).toBe(true);
    expect(blobs.delete('b', 'n')).toBe(false);
  });
});

describe('a blob store on disk', () => {
  it('is found again as it was left', async () => {
    const before = new DiskBlobStore(directory);
    before.createBucket('b', { location: 'europe-west1' });
    const first = await before.write('b', 'first', chunksOf('1'), { metadata: { updated: 'yesterday' } });
    const second = await before.write('b', 'second', chunksOf('2'));
    before.compose('b', 'both', [first, second]);
    before.patch('b', 'both', { contentType: 'text/plain' });
    before.delete('b', 'second');

    const after = new DiskBlobStore(directory);
    expect(after.getBucket('b')).toEqual(before.getBucket('b'));
    expect([...after.list('b')]).toEqual([...before.list('b')]);
    expect(await textOf(after, after.get('b', 'both')!)).toBe('12');
    const next = await after.write('b', 'third', chunksOf('3'));
    expect(next.generation).toBeGreaterThan(second.generation);
  });

  it('leaves no bytes behind that no object needs', async () => {
    const blobs = new DiskBlobStore(directory, { keptGenerations: 0 });
    blobs.createBucket('b');
    for (const text of ['1', '2', '3']) await blobs.write('b', 'n', chunksOf(text));
    expect(readdirSync(join(directory, 'contents'))).toHaveLength(1);
    blobs.deleteBucket('b');
    expect(readdirSync(join(directory, 'contents'))).toEqual([]);
  });
});
