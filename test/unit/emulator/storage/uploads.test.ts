import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

import { MemoryBlobStore } from '../../../../src/emulator/storage/blob-store-memory';
import { relatedPartsOf } from '../../../../src/emulator/storage/related-parts';
import { createStorageRoutes } from '../../../../src/emulator/storage/routes';
import { objectPath, StorageClient } from './storage-client';

const QUANTUM = 256 * 1024;

let client: StorageClient;
beforeEach(() => {
  const blobs = new MemoryBlobStore();
  blobs.createBucket('b');
  client = new StorageClient(createStorageRoutes({ blobs }));
});

function multipart(description: unknown, content: string, query = '') {
  const body = `--xyz\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(description)}\r\n--xyz\r\nContent-Type: text/x\r\n\r\n${content}\r\n--xyz--`;
  const headers = { 'content-type': 'multipart/related; boundary=xyz' };
  return client.call('POST', `/upload/storage/v1/b/b/o?uploadType=multipart${query}`, { body, headers });
}

/** A body that arrives in pieces and, if asked to, breaks off after them. */
function arriving(chunks: readonly Uint8Array[], end: 'whole' | 'broken' = 'whole'): RequestInit {
  const rest = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk) controller.enqueue(chunk);
      else if (end === 'whole') controller.close();
      else controller.error(new Error('connection reset'));
    },
  });
  return { body, duplex: 'half' };
}

describe('an upload in one request', () => {
  it('takes the content type from its header', async () => {
    expect(await (await client.upload('n', 'x', '', { 'content-type': 'text/x' })).json()).toMatchObject({
      contentType: 'text/x',
    });
  });

  it.each([
    ['crc32c=4waSgw==', 200],
    ['crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==', 200],
    ['crc32c=AAAAAA==', 400],
    ['md5=AAAAAAAAAAAAAAAAAAAAAA==', 400],
    ['crc32c=x', 400],
  ])('announced as %s is answered with %i', async (hash, status) => {
    const response = await client.upload('n', '123456789', '', { 'x-goog-hash': hash });
    expect(response.status).toBe(status);
    expect(await client.status('GET', objectPath('n'))).toBe(status === 200 ? 200 : 404);
  });

  it('that breaks off leaves nothing', async () => {
    const path = '/upload/storage/v1/b/b/o?uploadType=media&name=n';
    expect(await client.status('POST', path, arriving([Buffer.from('half')], 'broken'))).toBe(400);
    expect(await client.status('GET', objectPath('n'))).toBe(404);
  });
});

describe('an upload beside its description', () => {
  it('is described by it', async () => {
    const response = await multipart({ name: 'a/b', metadata: { k: 'v' }, contentEncoding: 'gzip' }, 'hello');
    expect(await response.json()).toMatchObject({
      name: 'a/b',
      size: '5',
      contentType: 'text/x',
      contentEncoding: 'gzip',
      metadata: { k: 'v' },
    });
  });

  it('lets the description and the query win over what is said elsewhere', async () => {
    const response = await multipart({ name: 'other', contentType: 'text/y' }, 'hello', '&name=n');
    expect(await response.json()).toMatchObject({ name: 'n', contentType: 'text/y' });
  });

  it('is checked with the hashes that the description announces', async () => {
    expect((await multipart({ name: 'n', crc32c: '4waSgw==' }, '123456789')).status).toBe(200);
    expect((await multipart({ name: 'n', crc32c: '4waSgw==' }, '12345678')).status).toBe(400);
    expect((await multipart({ name: 'n', md5Hash: 'JfnnlDI7RTiF9RgfG2JNCw==' }, '12345678')).status).toBe(400);
  });

  it('without an end or a boundary is refused', async () => {
    const path = '/upload/storage/v1/b/b/o?uploadType=multipart&name=n';
    const headers = { 'content-type': 'multipart/related; boundary=xyz' };
    const body = '--xyz\r\nContent-Type: application/json\r\n\r\n{}\r\n--xyz\r\n\r\nContent-Type: text/x\r\n\r\nhel';
    expect(await client.status('POST', path, { headers, body })).toBe(400);
    expect(await client.status('POST', path, { headers: { 'content-type': 'multipart/related' }, body })).toBe(400);
  });

  it('is told from its wrapping however it is cut into chunks', async () => {
    const content = fc.stringMatching(/^[\r\n\-xyz]{0,30}$/).filter((text) => !`${text}\r\n`.includes('\r\n--xyz'));
    await fc.assert(
      fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async (text, chunkLength) => {
        const body = Buffer.from(`--xyz\r\na: b\r\n\r\n{}\r\n--xyz\r\nContent-Type: t\r\n\r\n${text}\r\n--xyz--`);
        const parts = await relatedPartsOf(chunksOf(body, chunkLength), 'multipart/related; boundary="xyz"');
        const received: Uint8Array[] = [];
        for await (const chunk of parts.content) received.push(chunk);
        expect(Buffer.concat(received).toString()).toBe(text);
        expect(parts).toMatchObject({ description: {}, contentType: 't' });
      }),
    );
  });
});

describe('a resumable upload', () => {
  async function begun(query = '', description: unknown = { contentType: 'text/x' }): Promise<string> {
    const path = `/upload/storage/v1/b/b/o?uploadType=resumable&name=n${query}`;
    const response = await client.call('POST', path, { body: JSON.stringify(description) });
    expect(response.status).toBe(200);
    return response.headers.get('location')!;
  }

  async function put(location: string, contentRange: string, init: RequestInit = {}) {
    const response = await client.call('PUT', location, { headers: { 'content-range': contentRange }, ...init });
    return { status: response.status, range: response.headers.get('range') };
  }

  const content = Buffer.from(Uint8Array.from({ length: 2 * QUANTUM + 10 }, (_, index) => (index * 31) % 251));

  it('takes all at once', async () => {
    const location = await begun();
    const response = await client.call('PUT', location, { body: content, headers: { 'content-range': 'bytes 0-*/*' } });
    expect(await response.json()).toMatchObject({ name: 'n', contentType: 'text/x', size: String(content.length) });
  });

  it('takes chunks and says how far it got', async () => {
    const location = await begun();
    const total = content.length;
    const first = { body: content.subarray(0, QUANTUM) };
    expect(await put(location, `bytes 0-${QUANTUM - 1}/*`, first)).toEqual({
      status: 308,
      range: `bytes=0-${QUANTUM - 1}`,
    });
    expect(await put(location, 'bytes */*')).toEqual({ status: 308, range: `bytes=0-${QUANTUM - 1}` });
    expect(
      await put(location, `bytes ${QUANTUM}-${total - 1}/${total}`, { body: content.subarray(QUANTUM) }),
    ).toMatchObject({ status: 200 });
    expect(await client.text('n')).toBe(content.toString());
  });

  it('that has nothing yet says so without a range', async () => {
    expect(await put(await begun(), 'bytes */*')).toEqual({ status: 308, range: null });
  });

  it('shows nothing before its end', async () => {
    const location = await begun();
    await put(location, `bytes 0-${QUANTUM - 1}/*`, { body: content.subarray(0, QUANTUM) });
    expect(await client.status('GET', objectPath('n'))).toBe(404);
  });

  it('that breaks off keeps whole quanta and goes on behind them', async () => {
    const location = await begun();
    const broken = arriving([content.subarray(0, QUANTUM), content.subarray(QUANTUM, QUANTUM + 100)], 'broken');
    expect((await put(location, 'bytes 0-*/*', broken)).status).toBe(400);
    expect(await put(location, 'bytes */*')).toEqual({ status: 308, range: `bytes=0-${QUANTUM - 1}` });
    expect((await put(location, `bytes ${QUANTUM}-*/*`, { body: content.subarray(QUANTUM) })).status).toBe(200);
    expect(await client.json('GET', objectPath('n'))).toMatchObject({ size: String(content.length) });
  });

  it('passes over bytes that are sent again, and refuses a gap', async () => {
    const location = await begun();
    await put(location, `bytes 0-${QUANTUM - 1}/*`, { body: content.subarray(0, QUANTUM) });
    expect((await put(location, `bytes ${QUANTUM + 5}-*/*`, { body: 'x' })).status).toBe(400);
    expect((await put(location, 'bytes 10-*/*', { body: content.subarray(10) })).status).toBe(200);
    expect(await client.text('n')).toBe(content.toString());
  });

  it('stays open when fewer bytes came than were announced', async () => {
    const location = await begun();
    expect((await put(location, 'bytes 0-*/100', { body: 'short' })).status).toBe(308);
    expect((await put(location, 'bytes 0-4/5', { body: 'short' })).status).toBe(200);
  });

  it('answers with the object when it is asked after its end', async () => {
    const location = await begun();
    await put(location, 'bytes 0-*/*', { body: 'x' });
    expect((await put(location, 'bytes */*')).status).toBe(200);
    expect((await put(location, 'bytes 0-*/*', { body: 'other' })).status).toBe(200);
    expect(await client.text('n')).toBe('x');
  });

  it('is not continued by a request that has been given up', async () => {
    const location = await begun();
    const body = stallingAfter(content.subarray(0, QUANTUM));
    const first = put(location, 'bytes 0-*/*', { body: body.stream, duplex: 'half' });
    await body.taken;
    expect((await put(location, 'bytes */*')).range).toBe(`bytes=0-${QUANTUM - 1}`);
    body.end(content.subarray(QUANTUM));
    expect((await first).status).toBe(409);
    expect((await put(location, 'bytes */*')).range).toBe(`bytes=0-${QUANTUM - 1}`);
  });

  it('checks its precondition at its start and at its end', async () => {
    const location = await begun('&ifGenerationMatch=0');
    await client.save('n', 'meanwhile');
    expect((await put(location, 'bytes 0-*/*', { body: 'late' })).status).toBe(412);
    const path = '/upload/storage/v1/b/b/o?uploadType=resumable&name=n&ifGenerationMatch=0';
    expect(await client.status('POST', path, { body: '{}' })).toBe(412);
    expect(await client.text('n')).toBe('meanwhile');
  });

  it('checks the hash that comes with its end', async () => {
    const headers = { 'content-range': 'bytes 0-*/*', 'x-goog-hash': 'crc32c=AAAAAA==' };
    expect((await client.call('PUT', await begun(), { body: 'x', headers })).status).toBe(400);
    expect(await client.status('GET', objectPath('n'))).toBe(404);
  });

  it('is gone when it is cancelled', async () => {
    const location = await begun();
    expect(await client.status('DELETE', location)).toBe(499);
    expect((await put(location, 'bytes 0-*/*', { body: 'x' })).status).toBe(404);
  });

  it('refuses a range that cannot be read', async () => {
    expect((await put(await begun(), 'bytes x', { body: 'x' })).status).toBe(400);
  });
});

/** A body that stops after a chunk until it is told to end; `taken` when the reader asks for more. */
function stallingAfter(chunk: Uint8Array) {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let asked = 0;
  let resolveTaken: () => void;
  const taken = new Promise<void>((resolve) => (resolveTaken = resolve));
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (given) => void (controller = given),
      pull() {
        asked += 1;
        if (asked === 1) controller.enqueue(chunk);
        else resolveTaken();
      },
    },
    { highWaterMark: 0 },
  );
  const end = (last: Uint8Array) => {
    controller.enqueue(last);
    controller.close();
  };
  return { stream, taken, end };
}

async function* chunksOf(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += length) yield bytes.subarray(offset, offset + length);
}
