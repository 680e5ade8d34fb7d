import type { FileRange, Sources } from '../../src/rows/sources';

/** A file of an input that a test holds. */
export interface MemoryFile {
  readonly uri: string;
  readonly size: number;
  readonly content: Buffer;
}

const CHUNK_BYTES = 700;

/** As the content of a file is read, in pieces that end anywhere. */
export async function* readMemoryFile({ content }: MemoryFile, { from }: FileRange): AsyncGenerator<Buffer> {
  for (let at = Math.max(0, from - 1); at < content.length; at += CHUNK_BYTES)
    yield content.subarray(at, at + CHUNK_BYTES);
}

/** An input of these files. */
export function sourcesOf(files: readonly MemoryFile[], ranges: readonly FileRange[]): Sources {
  return {
    files: files.map(({ uri, size }) => ({ uri, size, generation: '1', crc32c: '', updated: '' })),
    ranges,
  };
}

/** Ranges of a file, from one point to the next. */
export function cut(file: MemoryFile, ordinal: number, points: readonly number[]): FileRange[] {
  const places = [...new Set([0, ...points.map((point) => point % file.size), file.size])].sort((a, b) => a - b);
  return places.slice(1).map((to, index) => ({ file: ordinal, from: places[index]!, to }));
}

/** A file of lines, with what stands behind the last of them. */
export function memoryFileOf(uri: string, lines: readonly Buffer[], lineEnd: string, last: string): MemoryFile {
  const content = Buffer.from(
    Buffer.concat(lines.flatMap((line, index) => [line, Buffer.from(index < lines.length - 1 ? lineEnd : last)])),
  );
  return { uri, size: content.length, content };
}
