const LINE_FEED = 0x0a;

export interface Line {
  readonly bytes: Buffer;
  /** Offset of the first byte, counted from the beginning of the stream. */
  readonly start: number;
  /** Offset behind the line feed. */
  readonly end: number;
}

/** Lines of a stream, split at line feeds alone; a last line needs none. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let rest: Buffer[] = [];
  let restLength = 0;
  let offset = 0;
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let feed = buffer.indexOf(LINE_FEED); feed !== -1; feed = buffer.indexOf(LINE_FEED, from)) {
      const tail = buffer.subarray(from, feed);
      const bytes = restLength === 0 ? tail : Buffer.concat([...rest, tail]);
      yield { bytes, start: offset, end: offset + bytes.length + 1 };
      offset += bytes.length + 1;
      rest = [];
      restLength = 0;
      from = feed + 1;
    }
    if (from < buffer.length) {
      rest.push(buffer.subarray(from));
      restLength += buffer.length - from;
    }
  }
  if (restLength > 0) yield { bytes: Buffer.concat(rest), start: offset, end: offset + restLength };
}
