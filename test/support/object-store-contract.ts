import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { isGatewayError } from '../../src/gateways/gateway-error';
import type { ObjectStore, StoredObject } from '../../src/gateways/object-store';
import { crc32cOf, toBase64Crc32c } from '../../src/rows/crc32c';

export interface ObjectStoreUnderTest {
  /** Called before each test; gives a store and a bucket that exists, as `gs://bucket`. */
  readonly open: () => Promise<{ readonly store: ObjectStore; readonly bucket: string }>;
  /** Behaviour that this server is known not to have, by the test's sentence. @default none */
  readonly knownGaps?: readonly string[];
  /** Why there is no such server; the suite is then skipped, and says so. */
  readonly missing?: string | undefined;
}

/** What every {@link ObjectStore} does. */
export function describeObjectStore(
  implementation: string,
  { open, knownGaps = [], missing }: ObjectStoreUnderTest,
): void {
  const title = missing === undefined ? '' : ` (skipped: ${missing})`;
  describe.skipIf(missing !== undefined)(`${implementation} as an object store${title}`, () => {
    let store: ObjectStore;
    let root: string;

    beforeEach(async () => {
      const opened = await open();
      store = opened.store;
      root = `${opened.bucket}/${randomUUID()}`;
    });

    const behaves = (sentence: string, check: () => Promise<void>): void => {
      (knownGaps.includes(sentence) ? it.fails : it)(sentence, check);
    };

    behaves('gives back what was written, and says what it stored', async () => {
      const written = await store.write(`${root}/a.txt`, 'grüße\n');
      expect(written).toMatchObject({ uri: `${root}/a.txt`, size: 8, crc32c: crc32cText('grüße\n') });
      expect(written.generation).toMatch(/^\d+$/);
      expect(Date.parse(written.updated)).not.toBeNaN();
      expect(await textOf(store, `${root}/a.txt`)).toBe('grüße\n');
      expect(await store.find(`${root}/a.txt`)).toEqual(written);
    });

    behaves('takes names with every sort of character', async () => {
      const uri = `${root}/a b/ü+%2F?#&=😀/predictions-2026-09-02T20:06:30.166279Z.jsonl`;
      await store.write(uri, 'x');
      expect((await store.find(uri))?.uri).toBe(uri);
      expect(await textOf(store, uri)).toBe('x');
      expect(await urisUnder(store, `${root}/a b/`)).toEqual([uri]);
      expect(await store.delete(uri)).toBe(true);
    });

    behaves('stores an empty object', async () => {
      const written = await store.write(`${root}/empty`, '');
      expect(written).toMatchObject({ size: 0, crc32c: 'AAAAAA==' });
      expect(await textOf(store, `${root}/empty`)).toBe('');
      expect(await textOf(store, `${root}/empty`, { from: 0, to: 10 })).toBe('');
    });

    behaves('writes content as it comes, larger than one chunk', async () => {
      const pieces = Array.from({ length: 23 }, (_, index) => Buffer.alloc(50_001, index));
      const whole = Buffer.concat(pieces);
      const written = await store.write(`${root}/stream`, toAsync(pieces), { ifGenerationMatch: 0 });
      expect(written).toMatchObject({ size: whole.length, crc32c: crc32cText(whole) });
      expect(Buffer.compare(await bytesOf(store, `${root}/stream`), whole)).toBe(0);
    });

    behaves('takes pieces whose memory is that of the next one, too', async () => {
      const pieces = Array.from({ length: 23 }, (_, index) => Buffer.alloc(50_001, index));
      const memory = Buffer.alloc(50_001);
      const reused = async function* (): AsyncGenerator<Buffer> {
        for (const piece of pieces) {
          piece.copy(memory);
          yield memory;
        }
      };
      await store.write(`${root}/reused`, reused(), { ifGenerationMatch: 0 });
      expect(Buffer.compare(await bytesOf(store, `${root}/reused`), Buffer.concat(pieces))).toBe(0);
    });

    behaves('writes content that ends exactly where a chunk does', async () => {
      const whole = Buffer.alloc(512 * 1024, 'ab');
      expect(await store.write(`${root}/even`, toAsync([whole]))).toMatchObject({ size: whole.length });
      expect(Buffer.compare(await bytesOf(store, `${root}/even`), whole)).toBe(0);
    });

    behaves('finds nothing where nothing is', async () => {
      expect(await store.find(`${root}/nothing`)).toBeUndefined();
      await expectKind(bytesOf(store, `${root}/nothing`), 'not-found', `${root}/nothing`);
      expect(await store.delete(`${root}/nothing`)).toBe(false);
    });

    behaves('reads ranges as a reader of lines asks for them', async () => {
      await store.write(`${root}/digits`, '0123456789');
      expect(await textOf(store, `${root}/digits`, { from: 3 })).toBe('3456789');
      expect(await textOf(store, `${root}/digits`, { from: 3, to: 5 })).toBe('34');
      expect(await textOf(store, `${root}/digits`, { to: 1 })).toBe('0');
      expect(await textOf(store, `${root}/digits`, { from: 8, to: 99 })).toBe('89');
      expect(await textOf(store, `${root}/digits`, { from: 10 })).toBe('');
      expect(await textOf(store, `${root}/digits`, { from: 4, to: 4 })).toBe('');
    });

    behaves('gives pieces that hold until the next one where its memory may be used again', async () => {
      const content = Buffer.from(Array.from({ length: 300_000 }, (_, line) => `${line}\n`).join(''));
      await store.write(`${root}/long.txt`, repeated(content, 2));
      const pieces: Buffer[] = [];
      for await (const piece of store.read(`${root}/long.txt`, { reuseMemory: true, from: 1 })) {
        pieces.push(Buffer.from(piece));
      }
      expect(Buffer.concat(pieces).equals(Buffer.concat([content, content]).subarray(1))).toBe(true);
    });

    behaves('reads several objects at a time in memory of their own each', async () => {
      const names = ['a', 'b', 'c'];
      for (const name of names) await store.write(`${root}/${name}`, name.repeat(2_500_000));
      const readers = names.map((name) => store.read(`${root}/${name}`, { reuseMemory: true })[Symbol.asyncIterator]());
      const reading = new Set(readers.keys());
      for (let turn = 0; reading.size > 0; turn += 1) {
        for (const reader of reading) {
          const piece = await readers[reader]!.next();
          if (piece.done === true) reading.delete(reader);
          else expect(piece.value.equals(Buffer.alloc(piece.value.length, names[reader]))).toBe(true);
        }
        // what one leaves early the others don't feel
        if (turn === 1 && reading.delete(1)) await readers[1]!.return?.();
      }
    });

    behaves('creates only where nothing is, and leaves what stands there alone', async () => {
      await store.write(`${root}/claim`, 'first', { ifGenerationMatch: 0 });
      await expectKind(
        store.write(`${root}/claim`, 'second', { ifGenerationMatch: 0 }),
        'precondition',
        `${root}/claim`,
      );
      expect(await textOf(store, `${root}/claim`)).toBe('first');
    });

    behaves('refuses a second create of the very same content too', async () => {
      await store.write(`${root}/claim`, 'same', { ifGenerationMatch: 0 });
      await expectKind(store.write(`${root}/claim`, 'same', { ifGenerationMatch: 0 }), 'precondition');
    });

    behaves('replaces only the generation that was named', async () => {
      const first = await store.write(`${root}/a`, 'one');
      const second = await store.write(`${root}/a`, 'two', { ifGenerationMatch: first.generation });
      expect(second.generation).not.toBe(first.generation);
      await expectKind(store.write(`${root}/a`, 'three', { ifGenerationMatch: first.generation }), 'precondition');
      expect(await textOf(store, `${root}/a`)).toBe('two');
    });

    behaves('lets one of many simultaneous creates win', async () => {
      const attempts = ['a', 'b', 'c', 'd', 'e'].map((content) =>
        store.write(`${root}/race`, content, { ifGenerationMatch: 0 }),
      );
      const settled = await Promise.allSettled(attempts);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    behaves('reads the generation that was asked for or nothing', async () => {
      const first = await store.write(`${root}/a`, 'one');
      expect(await textOf(store, `${root}/a`, { generation: first.generation })).toBe('one');
      await expectKind(bytesOf(store, `${root}/a`, { generation: '999999' }), 'not-found', `${root}/a`);
    });

    behaves('lists what is under a prefix, in the order of names', async () => {
      for (const name of ['b', 'a/2', 'a/10', 'a', 'ab', '']) await store.write(`${root}/list/${name}x`, name);
      expect(await urisUnder(store, `${root}/list/a`)).toEqual(
        ['a/10x', 'a/2x', 'abx', 'ax'].map((name) => `${root}/list/${name}`),
      );
      expect(await urisUnder(store, `${root}/list/zzz`)).toEqual([]);
    });

    behaves('lists the same facts that find gives', async () => {
      const written = await store.write(`${root}/facts`, 'abc');
      const listed: StoredObject[] = [];
      for await (const object of store.list(`${root}/facts`)) listed.push(object);
      expect(listed).toEqual([written]);
    });

    behaves('joins objects in order, as they were when they were named', async () => {
      const one = await store.write(`${root}/1`, 'one\n');
      const two = await store.write(`${root}/2`, 'two\n');
      const joined = await store.compose([two, one, two], `${root}/joined`, { contentType: 'application/x-ndjson' });
      expect(joined).toMatchObject({ uri: `${root}/joined`, size: 12, crc32c: crc32cText('two\none\ntwo\n') });
      expect(await textOf(store, `${root}/joined`)).toBe('two\none\ntwo\n');
    });

    behaves('joins only under its precondition', async () => {
      const one = await store.write(`${root}/1`, 'one');
      await store.compose([one], `${root}/joined`, { ifGenerationMatch: 0 });
      await expectKind(store.compose([one, one], `${root}/joined`, { ifGenerationMatch: 0 }), 'precondition');
      expect(await textOf(store, `${root}/joined`)).toBe('one');
    });

    behaves('refuses to join none, more than 32, or across buckets', async () => {
      const one = await store.write(`${root}/1`, 'one');
      await expectKind(store.compose([], `${root}/joined`), 'invalid-request', 'got 0');
      await expectKind(store.compose(Array(33).fill(one), `${root}/joined`), 'invalid-request', 'got 33');
      const stranger = { ...one, uri: 'gs://another-bucket/1' };
      await expectKind(store.compose([stranger], `${root}/joined`), 'invalid-request', 'gs://another-bucket/1');
    });

    behaves('copies an object', async () => {
      const source = await store.write(`${root}/source`, 'content');
      const copied = await store.copy(source, `${root}/a copy`);
      expect(copied).toMatchObject({ uri: `${root}/a copy`, size: 7, crc32c: source.crc32c });
      expect(await textOf(store, `${root}/a copy`)).toBe('content');
    });

    behaves('copies only under its precondition', async () => {
      const source = await store.write(`${root}/source`, 'content');
      await store.write(`${root}/target`, 'standing');
      await expectKind(store.copy(source, `${root}/target`, { ifGenerationMatch: 0 }), 'precondition');
      expect(await textOf(store, `${root}/target`)).toBe('standing');
    });

    behaves('deletes once', async () => {
      await store.write(`${root}/a`, 'x');
      expect(await store.delete(`${root}/a`)).toBe(true);
      expect(await store.delete(`${root}/a`)).toBe(false);
      expect(await store.find(`${root}/a`)).toBeUndefined();
    });

    behaves('shows nothing of a write whose content fails half-way', async () => {
      const failing = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(600 * 1024, 'x');
        throw new Error('the source broke');
      };
      await expect(store.write(`${root}/half`, failing())).rejects.toThrow('the source broke');
      expect(await store.find(`${root}/half`)).toBeUndefined();
    });

    behaves('shows nothing of a write that was aborted half-way', async () => {
      const abort = new AbortController();
      const stopping = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(600 * 1024, 'x');
        abort.abort(new Error('stop'));
        yield Buffer.alloc(600 * 1024, 'y');
      };
      await expect(store.write(`${root}/half`, stopping(), { signal: abort.signal })).rejects.toThrow('stop');
      expect(await store.find(`${root}/half`)).toBeUndefined();
    });

    behaves('rejects with the reason of a signal that has fired', async () => {
      await store.write(`${root}/a`, 'x');
      const signal = AbortSignal.abort(new Error('stop'));
      await expect(store.find(`${root}/a`, { signal })).rejects.toThrow('stop');
      await expect(bytesOf(store, `${root}/a`, { signal })).rejects.toThrow('stop');
      await expect(store.write(`${root}/b`, 'x', { signal })).rejects.toThrow('stop');
    });

    behaves('names a URI that is none', async () => {
      await expectKind(store.find('s3://a/b'), 'invalid-request', 'got "s3://a/b"');
      await expectKind(store.write('gs://bucket', 'x'), 'invalid-request', 'got "gs://bucket"');
    });
  });
}

async function* toAsync<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  yield* pieces;
}

async function bytesOf(...[store, ...read]: [ObjectStore, ...Parameters<ObjectStore['read']>]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of store.read(...read)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function textOf(...read: Parameters<typeof bytesOf>): Promise<string> {
  return (await bytesOf(...read)).toString();
}

async function urisUnder(store: ObjectStore, prefix: string): Promise<string[]> {
  const uris: string[] = [];
  for await (const object of store.list(prefix)) uris.push(object.uri);
  return uris;
}

function crc32cText(content: string | Buffer): string {
  return toBase64Crc32c(crc32cOf(Buffer.from(content)));
}

async function expectKind(call: Promise<unknown>, kind: string, message = ''): Promise<void> {
  const error: unknown = await call.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  expect(isGatewayError(error) ? error.kind : error).toBe(kind);
  expect((error as Error).message).toContain(message);
}

async function* repeated(content: Buffer, times: number): AsyncGenerator<Buffer> {
  for (let time = 0; time < times; time += 1) yield content;
}
