import { randomUUID } from 'node:crypto';
import { Crc32c } from '../rows/crc32c';
import { isGatewayError } from './gateway-error';
import { giveBack } from './given-back';
import { parseJson } from './google-error';
import { parseObjectUri } from './gs-uri';
import type { StoredObject, WriteOptions } from './object-store';
import type { Patience } from './patience';
import type { StorageAnswer, StorageConnection } from './storage-connection';
import { brokenStorage, type StorageAct } from './storage-failure';
import { contentTypeOf, fromObjectResource, resourceOf } from './storage-resource';

/** A part of a content, of the size that was asked for except for the last one. Its bytes are the next one's, too. */
export interface ContentChunk {
  readonly bytes: Buffer;
  readonly last: boolean;
}

/** Cuts a content into chunks of `size` bytes; an empty one is a single empty chunk. Memory: one chunk, and a piece of the content. */
export async function* chunksOf(
  content: Buffer | string | AsyncIterable<Buffer | string>,
  size: number,
): AsyncGenerator<ContentChunk> {
  const pieces = typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content;
  let chunk = Buffer.alloc(0);
  let length = 0;
  for await (const piece of pieces) {
    let rest = typeof piece === 'string' ? Buffer.from(piece) : piece;
    while (rest.length > 0) {
      // A full chunk waits for the byte after it: the last one must be known as such.
      if (length === size) {
        yield { bytes: chunk, last: false };
        length = 0;
      }
      const taken = rest.subarray(0, size - length);
      if (length + taken.length > chunk.length) chunk = enlarged(chunk, length + taken.length, size);
      length += taken.copy(chunk, length);
      rest = rest.subarray(taken.length);
    }
  }
  yield { bytes: chunk.subarray(0, length), last: true };
}

/** The same bytes with room for so many: twice as many as before, as long as a chunk has no more. */
function enlarged(chunk: Buffer, bytes: number, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.min(size, Math.max(bytes, 2 * chunk.length)));
  chunk.copy(larger);
  giveBack(chunk);
  return larger;
}

/** Sends a content that fits in one request, with its checksum, which the service checks before anything is visible. */
export async function uploadWhole(
  connection: StorageConnection,
  act: StorageAct,
  bytes: Buffer,
  crc32c: string,
  options: WriteOptions,
): Promise<StoredObject> {
  const boundary = randomUUID();
  const head =
    `--${boundary}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n` +
    `${JSON.stringify({ ...resourceOf(options), crc32c })}\r\n` +
    `--${boundary}\r\ncontent-type: ${contentTypeOf(options)}\r\n\r\n`;
  const answer = await connection.exchange({
    act,
    method: 'POST',
    url: uploadUrl(act, 'multipart', options),
    headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    signal: options.signal,
  });
  return checked(act, answer, crc32c);
}

/** Sends a content of unknown length in a resumable session, one chunk in memory at a time. */
export async function uploadInChunks(
  connection: StorageConnection,
  patience: Patience,
  act: StorageAct,
  chunks: AsyncIterable<ContentChunk>,
  options: WriteOptions,
): Promise<StoredObject> {
  const { signal } = options;
  const url = await patience.retry(() => openSession(connection, act, options), signal);
  const session: UploadSession = { connection, act, url, signal };
  try {
    const checksum = new Crc32c();
    let offset = 0;
    for await (const chunk of chunks) {
      const crc32c = checksum.update(chunk.bytes).toString();
      const stored = await sendChunk(session, patience, { ...chunk, offset, crc32c });
      if (stored) return stored;
      offset += chunk.bytes.length;
    }
    throw brokenStorage(act, new Error('the service never confirmed the last bytes'));
  } catch (error) {
    // Best effort: a session that is left alone stays invisible and expires by itself.
    await connection.exchange({ act, method: 'DELETE', url, accept: [499] }).catch(() => undefined);
    throw error;
  }
}

interface UploadSession {
  readonly connection: StorageConnection;
  readonly act: StorageAct;
  readonly url: string;
  readonly signal: AbortSignal | undefined;
}

interface PlacedChunk extends ContentChunk {
  /** Its first byte in the object. */
  readonly offset: number;
  /** Of the object up to the end of this chunk. */
  readonly crc32c: string;
}

/** Sends a chunk until the service has all of it. Gives the object, if the chunk completes it. */
async function sendChunk(
  session: UploadSession,
  patience: Patience,
  chunk: PlacedChunk,
): Promise<StoredObject | undefined> {
  const end = chunk.offset + chunk.bytes.length;
  let position = chunk.offset;
  let failures = 0;
  let lostAnswer = false;
  for (;;) {
    try {
      const answer = lostAnswer ? await askProgress(session) : await putBytes(session, chunk, position);
      if (answer.status !== 308) return checked(session.act, answer, chunk.crc32c);
      const received = Math.max(chunk.offset, receivedBytes(answer));
      if (received >= end && !chunk.last) return undefined;
      if (received <= position && !lostAnswer) throw brokenStorage(session.act, new Error('the service took no byte'));
      if (received > position) failures = 0;
      position = received;
      lostAnswer = false;
    } catch (error) {
      if (isGatewayError(error, 'not-found')) throw brokenStorage(session.act, new Error('the upload session is gone'));
      failures += 1;
      await patience.afterFailure(error, failures, session.signal);
      lostAnswer = true;
    }
  }
}

function putBytes(session: UploadSession, chunk: PlacedChunk, from: number): Promise<StorageAnswer> {
  const end = chunk.offset + chunk.bytes.length;
  const range = `${from < end ? `${from}-${end - 1}` : '*'}/${chunk.last ? end : '*'}`;
  const headers = { 'content-range': `bytes ${range}`, ...(chunk.last && { 'x-goog-hash': `crc32c=${chunk.crc32c}` }) };
  return putToSession(session, headers, chunk.bytes.subarray(from - chunk.offset));
}

/** How far the service has come, or the object if it was the very last answer that got lost. */
function askProgress(session: UploadSession): Promise<StorageAnswer> {
  return putToSession(session, { 'content-range': 'bytes */*' }, Buffer.alloc(0));
}

function putToSession(
  { connection, act, url, signal }: UploadSession,
  headers: Record<string, string>,
  body: Buffer,
): Promise<StorageAnswer> {
  return connection.exchange({ act, method: 'PUT', url, headers, body, accept: [308], signal });
}

async function openSession(connection: StorageConnection, act: StorageAct, options: WriteOptions): Promise<string> {
  const answer = await connection.exchange({
    act,
    method: 'POST',
    url: uploadUrl(act, 'resumable', options),
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-upload-content-type': contentTypeOf(options) },
    body: Buffer.from(JSON.stringify(resourceOf(options))),
    signal: options.signal,
  });
  const { location } = answer.headers;
  if (location !== undefined && URL.canParse(location)) return location;
  throw brokenStorage(act, new Error('the service opened no upload session'));
}

function uploadUrl(act: StorageAct, uploadType: string, options: WriteOptions): string {
  const { bucket, name } = parseObjectUri(act.uri);
  const { ifGenerationMatch } = options;
  const query = new URLSearchParams({
    uploadType,
    name,
    ...(ifGenerationMatch !== undefined && { ifGenerationMatch: String(ifGenerationMatch) }),
  });
  return `/upload/storage/v1/b/${bucket}/o?${query.toString()}`;
}

/** How many bytes of the object the service has, from the `Range` of a 308. */
function receivedBytes(answer: StorageAnswer): number {
  const last = /-(\d+)$/.exec(answer.headers.range ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

function checked(act: StorageAct, answer: StorageAnswer, crc32c: string): StoredObject {
  const stored = fromObjectResource(act, parseJson(answer.text));
  if (stored.crc32c === crc32c) return stored;
  throw brokenStorage(act, new Error(`its bytes arrived damaged: crc32c is ${stored.crc32c} instead of ${crc32c}`));
}
