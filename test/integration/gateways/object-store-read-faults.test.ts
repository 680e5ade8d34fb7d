import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import type { ReadOptions } from '../../../src/gateways/object-store';
import { serveFaultyObject, type FaultyObject, type FaultyObjectOptions } from '../../support/faulty-object';
import { errorOf } from '../../support/vertex-jobs-contract';
import { waitFor } from '../../support/wait-for';

const URI = 'gs://acme/in.jsonl';
const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 31) % 256));

/** Short where the test waits for it, and long where a busy machine must not look like a stalled network. */
const idleMsFor = (broken: string): number => (broken === 'stall' ? 150 : 5000);

describe('ObjectStoreGcs, reading over a bad network', () => {
  let server: FaultyObject;
  let store: ObjectStoreGcs;

  const serve = async (options: FaultyObjectOptions, idleMs = 5000): Promise<void> => {
    server = await serveFaultyObject(CONTENT, options);
    store = new ObjectStoreGcs({ apiEndpoint: server.url, idleMs, retries: 2, retryDelayMs: 1 });
  };

  const read = async (options?: ReadOptions): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const piece of store.read(URI, options)) pieces.push(piece);
    return Buffer.concat(pieces);
  };

  afterEach(() => server.close());

  it.each(['close politely', 'reset', 'stall'] as const)(
    'goes on at the next byte of the same version after a %s in the middle',
    async (broken) => {
      await serve({ connections: [{ bytes: 30_000, broken }] }, idleMsFor(broken));
      expect((await read()).equals(CONTENT)).toBe(true);
      expect(server.requests).toEqual([
        { range: undefined, generation: null },
        { range: 'bytes=30000-99999', generation: '77' },
      ]);
    },
  );

  it.each(['close politely', 'reset', 'stall'] as const)('goes on within its range after a %s', async (broken) => {
    await serve({ connections: [{ bytes: 10, broken }] }, idleMsFor(broken));
    const range = await read({ from: 500, to: 600, generation: '76' });
    expect(range.equals(CONTENT.subarray(500, 600))).toBe(true);
    expect(server.requests).toEqual([
      { range: 'bytes=500-599', generation: '76' },
      { range: 'bytes=510-599', generation: '77' },
    ]);
  });

  it('goes on after an answer of 503 in between', async () => {
    await serve({ connections: [{ bytes: 30_000, broken: 'reset' }, { status: 503 }] });
    expect((await read()).equals(CONTENT)).toBe(true);
    expect(server.requests).toHaveLength(3);
  });

  it('has new patience after each bit of progress', async () => {
    const connections = Array.from({ length: 20 }, () => ({ bytes: 1000, broken: 'reset' }) as const);
    await serve({ connections });
    expect((await read()).equals(CONTENT)).toBe(true);
    expect(server.requests).toHaveLength(21);
  });

  it('gives up after a number of failures without progress', async () => {
    const connections = Array.from({ length: 9 }, () => ({ bytes: 0, broken: 'close politely' }) as const);
    await serve({ connections: [{ bytes: 5, broken: 'reset' }, ...connections] });
    const error = await errorOf(read());
    expect(error).toMatchObject({ kind: 'unavailable' });
    expect(error.message).toContain(`Cannot read ${URI}`);
    expect(server.requests).toHaveLength(3);
  });

  it('waits for bytes that come slowly but steadily', async () => {
    await serve({ connections: [{ drip: 4000, everyMs: 15 }] }, 300);
    expect((await read()).equals(CONTENT)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it('does not mistake a slow reader for a stalled network', async () => {
    const idleMs = 200;
    await serve({}, idleMs);
    const pieces: Buffer[] = [];
    for await (const piece of store.read(URI)) {
      pieces.push(piece);
      if (pieces.length === 1) await pause(2 * idleMs);
    }
    expect(Buffer.concat(pieces).equals(CONTENT)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it('says that the version is gone when it is overwritten in the middle', async () => {
    await serve({ connections: [{ bytes: 30_000, broken: 'reset' }, { status: 404 }] });
    expect(await errorOf(read())).toMatchObject({ kind: 'not-found', status: 404 });
  });

  it('reports bytes that arrived damaged, and only after a read of the whole', async () => {
    await serve({ crc32c: 'AAAAAA==' });
    expect((await errorOf(read())).message).toContain('arrived damaged: crc32c is');
    expect(await read({ from: 0, to: 3 })).toHaveLength(3);
  });

  it('takes no whole object for a range', async () => {
    await serve({ ignoresRanges: true });
    expect((await errorOf(read({ from: 5, to: 9 }))).message).toContain('the whole object instead of a range');
  });

  it('frees the connection of a reader that stops in the middle', async () => {
    await serve({ connections: [{ drip: 100, everyMs: 5 }] }, 1000);
    for await (const piece of store.read(URI)) if (piece.length > 0) break;
    await expect(
      waitFor(async () => (await server.connections()) === 0, { what: 'the connection to close' }),
    ).resolves.toBe(true);
  });

  it('stops at once when its signal fires', async () => {
    await serve({ connections: [{ bytes: 30_000, broken: 'stall' }] }, 10_000);
    const abort = new AbortController();
    const reading = read({ signal: abort.signal });
    await waitFor(() => server.requests.length === 1, { what: 'the request' });
    abort.abort(new Error('the activity was cancelled'));
    await expect(reading).rejects.toThrow('the activity was cancelled');
    await expect(
      waitFor(async () => (await server.connections()) === 0, { what: 'the connection to close' }),
    ).resolves.toBe(true);
  });

  it('says which role a reader lacks', async () => {
    await serve({ connections: [{ status: 403 }] });
    const error = await errorOf(read());
    expect(error).toMatchObject({ kind: 'permission', effect: 'refused' });
    expect(error.message).toContain(
      `Cannot read ${URI}: permission denied. Grant roles/storage.objectViewer to the worker's service account.`,
    );
  });

  it('sends no token over plain http', async () => {
    server = await serveFaultyObject(CONTENT);
    const tokens = new AccessTokensFixed('the-real-token');
    const trustedHosts = [new URL(server.url).host];
    store = new ObjectStoreGcs({ apiEndpoint: server.url, tokens, trustedHosts });
    await read();
    await store.find(URI).catch(() => undefined);
    expect(new Set(server.authorizations)).toEqual(new Set([undefined]));
  });
});
