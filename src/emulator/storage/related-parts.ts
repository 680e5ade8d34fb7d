import { parseJsonObject } from './storage-call';
import type { JsonObject } from './storage-call';
import { invalid } from './storage-error';

/** The two parts of an upload in `multipart/related`: a description, and the content while it arrives. */
export interface RelatedParts {
  readonly description: JsonObject;
  readonly contentType: string | undefined;
  readonly content: AsyncIterable<Uint8Array>;
}

/** @param contentType the request's own, which names the boundary */
export async function relatedPartsOf(body: AsyncIterable<Uint8Array>, contentType: string): Promise<RelatedParts> {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) throw invalid('Missing end boundary in multipart body.');
  const delimiter = `\r\n--${boundary}`;
  const reader = new DelimitedReader(body);
  await reader.textUntil(delimiter);
  await reader.textUntil('\r\n\r\n');
  const description = parseJsonObject(await reader.textUntil(delimiter));
  const headers = await reader.textUntil('\r\n\r\n');
  const [, mediaType] = /^content-type:\s*(.*?)\s*$/im.exec(headers) ?? [];
  return { description, contentType: mediaType, content: reader.bytesUntil(delimiter) };
}

/** Cuts a stream at delimiters that may lie across its chunks. */
class DelimitedReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  // The first boundary has no line break before it, all others do.
  #buffer: Buffer = Buffer.from('\r\n');

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#iterator = bytes[Symbol.asyncIterator]();
  }

  async textUntil(delimiter: string): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.bytesUntil(delimiter)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  async *bytesUntil(delimiter: string): AsyncGenerator<Buffer> {
    for (;;) {
      const end = this.#buffer.indexOf(delimiter);
      const safe = end < 0 ? Math.max(this.#buffer.length - delimiter.length + 1, 0) : end;
      const chunk = this.#buffer.subarray(0, safe);
      this.#buffer = this.#buffer.subarray(end < 0 ? safe : end + delimiter.length);
      if (chunk.length > 0) yield chunk;
      if (end >= 0) return;
      const next = await this.#iterator.next();
      if (next.done) throw invalid('Missing end boundary in multipart body.');
      this.#buffer = Buffer.concat([this.#buffer, next.value]);
    }
  }
}
