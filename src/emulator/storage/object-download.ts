import { ReadableStream } from 'node:stream/web';

import type { Blob } from './blob-store';
import { requestedRange } from './byte-range';
import { toBase64Crc32c } from './crc32c';
import { etagOf } from './object-resource';
import type { StorageCall } from './storage-call';

/** The content as it is stored: what is kept compressed is sent compressed. */
export function downloadOf(call: StorageCall, blob: Blob): Response {
  const range = requestedRange(call.request.headers.get('range'), blob.size);
  if (range.kind === 'unsatisfiable') return unsatisfiable(blob);
  const headers = headersOf(blob);
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: blob.size };
  headers.set('content-length', String(end - start));
  if (range.kind === 'part') headers.set('content-range', `bytes ${start}-${end - 1}/${blob.size}`);
  const status = range.kind === 'part' ? 206 : 200;
  return new Response(streamOf(call.blobs.read(blob, { start, end })), { status, headers });
}

function unsatisfiable({ size }: Blob): Response {
  const headers = { 'content-type': 'text/html; charset=UTF-8', 'content-range': `bytes */${size}` };
  return new Response('The requested range cannot be satisfied.', { status: 416, headers });
}

function headersOf(blob: Blob): Headers {
  const headers = new Headers({
    'accept-ranges': 'bytes',
    'content-type': blob.contentType ?? 'application/octet-stream',
    etag: etagOf(blob),
    'last-modified': blob.updated.toUTCString(),
    'x-goog-generation': String(blob.generation),
    'x-goog-metageneration': String(blob.metageneration),
    'x-goog-hash': hashesOf(blob),
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-encoding': blob.contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(blob.size),
  });
  const optional = {
    'cache-control': blob.cacheControl,
    'content-disposition': blob.contentDisposition,
    'content-encoding': blob.contentEncoding,
    'content-language': blob.contentLanguage,
    'x-goog-component-count': blob.componentCount,
  };
  for (const [name, value] of Object.entries(optional)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  return headers;
}

function hashesOf({ crc32c, md5 }: Blob): string {
  const hash = `crc32c=${toBase64Crc32c(crc32c)}`;
  return md5 ? `${hash},md5=${md5}` : hash;
}

function streamOf(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await iterator.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
