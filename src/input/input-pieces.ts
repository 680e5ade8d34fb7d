import type { GivenInput } from './given-input';
import { Spool } from './spool';

/** A row, a line of JSON, or bytes of JSONL as they come from a stream. */
export type InputPiece = object | string | Uint8Array;

const NAME = '<rows>';

/** Keeps rows, lines and bytes in a file, under the name `<rows>`. */
export async function spooledPieces(
  pieces: Iterable<InputPiece> | AsyncIterable<InputPiece>,
  signal: AbortSignal,
): Promise<GivenInput> {
  const spool = new Spool({ signal });
  try {
    return { local: [await spool.add(NAME, asBytes(pieces))], remote: [], dispose: () => spool.dispose() };
  } catch (error) {
    await spool.dispose();
    throw error;
  }
}

async function* asBytes(
  pieces: Iterable<InputPiece> | AsyncIterable<InputPiece>,
): AsyncGenerator<Uint8Array | string, void, undefined> {
  for await (const piece of pieces) yield piece instanceof Uint8Array ? piece : `${jsonLine(piece)}\n`;
}

/**
 * A row as a line of JSONL; a line stays as it is, but for its line end.
 * @throws {TypeError} for what JSON can't say
 */
export function jsonLine(row: object | string): string {
  if (typeof row === 'string') return row.replace(/\r?\n$/, '');
  const json = JSON.stringify(row) as string | undefined;
  if (json !== undefined) return json;
  throw new TypeError(`a row must be an object or a line of JSON, got ${typeof row}`);
}
