import { createWriteStream } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { textOf } from '../report';
import { generatedRows, type GeneratedRowsOptions } from './generated-rows';

const BLOCK_CHARACTERS = 1_000_000;
/** Of a generated row, a little more than the average. */
const BYTES_PER_ROW = 6000;

/** A file of generated rows. */
export interface InputFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Writes generated rows as they come.
 * @throws {RangeError} when the disk has no room for them
 */
export async function writeInputFile(path: string, options: GeneratedRowsOptions): Promise<InputFile> {
  await requireRoom(dirname(path), options.rows * BYTES_PER_ROW);
  await pipeline(Readable.from(blocksOf(generatedRows(options))), createWriteStream(path));
  return { path, rows: options.rows, bytes: (await stat(path)).size };
}

/** @throws {RangeError} naming the directory, what it has and what is needed */
export async function requireRoom(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new RangeError(
    `${directory} has ${textOf(free / 1e6)} MB free, ${textOf(bytes / 1e6)} MB are needed. Set TMPDIR to a directory with more room.`,
  );
}

function* blocksOf(lines: Iterable<string>): Generator<Buffer> {
  let pending: string[] = [];
  let characters = 0;
  for (const line of lines) {
    pending.push(line);
    characters += line.length;
    if (characters < BLOCK_CHARACTERS) continue;
    yield Buffer.from(pending.join(''));
    pending = [];
    characters = 0;
  }
  yield Buffer.from(pending.join(''));
}
