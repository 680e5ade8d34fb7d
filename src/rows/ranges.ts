import type { FileRange, SourceFile } from './sources';
import type { ObjectStore, ReadOptions } from '../gateways/object-store';
import { type Line, readLines } from './lines';

/** In bytes. */
export const WORTH_AN_ACTIVITY_BYTES = 64_000_000;

export interface PlanRangesOptions {
  /** Smallest size worth an activity, in bytes. @default 64,000,000 */
  readonly minimumBytes?: number;
  /** The size grows so that about this many suffice, however much there is. @default 500 */
  readonly maximumRanges?: number;
  /** Let a range span several whole files when they are small (see {@link FileRange.lastFile}). @default false */
  readonly spanFiles?: boolean;
}

/** Cuts files into ranges that own every byte exactly once, in order. Empty files have none. */
export function planRanges(
  files: readonly Pick<SourceFile, 'size'>[],
  { minimumBytes = WORTH_AN_ACTIVITY_BYTES, maximumRanges = 500, spanFiles = false }: PlanRangesOptions = {},
): FileRange[] {
  if (!(minimumBytes >= 1)) throw new RangeError(`minimumBytes must be at least 1, got ${minimumBytes}`);
  if (!(maximumRanges >= 1)) throw new RangeError(`maximumRanges must be at least 1, got ${maximumRanges}`);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const size = Math.max(Math.ceil(minimumBytes), Math.ceil(total / maximumRanges));
  const ranges = files.flatMap((file, ordinal) => cut(file.size, size, ordinal));
  return spanFiles ? joinWholeFiles(ranges, files, size) : ranges;
}

function cut(fileSize: number, rangeSize: number, file: number): FileRange[] {
  const count = Math.ceil(fileSize / rangeSize);
  const even = Math.ceil(fileSize / count);
  return Array.from({ length: count }, (_, range) => ({
    file,
    from: range * even,
    to: Math.min(fileSize, (range + 1) * even),
  }));
}

function joinWholeFiles(ranges: readonly FileRange[], files: readonly Pick<SourceFile, 'size'>[], size: number) {
  const joined: FileRange[] = [];
  let bytes = 0;
  for (const range of ranges) {
    const last = joined.at(-1);
    const length = range.to - range.from;
    if (last !== undefined && isWhole(last, files) && isWhole(range, files) && bytes + length <= size) {
      joined[joined.length - 1] = { ...last, lastFile: range.file };
      bytes += length;
    } else {
      joined.push(range);
      bytes = length;
    }
  }
  return joined;
}

function isWhole(range: FileRange, files: readonly Pick<SourceFile, 'size'>[]): boolean {
  return range.from === 0 && range.to === files[range.file]?.size;
}

/** One range a file, where a range spans several. */
export function piecesOf(range: FileRange, files: readonly Pick<SourceFile, 'size'>[]): FileRange[] {
  const { file, from, to, lastFile = file } = range;
  const pieces: FileRange[] = [{ file, from, to }];
  for (let next = file + 1; next <= lastFile; next += 1) {
    const size = files[next]?.size ?? 0;
    if (size > 0) pieces.push({ file: next, from: 0, to: size });
  }
  return pieces;
}

/** Reads bytes [from, to) of a file as it was noted. */
type ReadFile = (
  store: ObjectStore,
  file: SourceFile,
  range: Omit<ReadOptions, 'generation'> & { readonly from: number; readonly to: number },
) => AsyncIterable<Buffer>;

export interface ReadRangeOptions extends Pick<ReadOptions, 'reuseMemory' | 'signal'> {
  /** @default its generation, or `not-found` */
  readonly read?: ReadFile;
  /** @default MAX_LINE_BYTES */
  readonly maxLineBytes?: number;
}

/** The lines whose first byte lies in `[from, to)` of the file, as it was when its generation was noted. */
export function readRangeLines(
  store: ObjectStore,
  file: SourceFile,
  range: Pick<FileRange, 'from' | 'to'>,
  { maxLineBytes, ...options }: ReadRangeOptions = {},
): AsyncGenerator<Line, void, undefined> {
  return readLines(readRangeBytes(store, file, range, options), {
    ...linesOfRange(range),
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
  });
}

/** The bytes of {@link readRangeLines}: from one before the range on, until nobody takes more. */
export function readRangeBytes(
  store: ObjectStore,
  file: SourceFile,
  { from, to }: Pick<FileRange, 'from' | 'to'>,
  { read = readGeneration, ...options }: Omit<ReadRangeOptions, 'maxLineBytes'> = {},
): AsyncGenerator<Buffer, void, undefined> {
  const readPiece = (piece: { readonly from: number; readonly to: number }) =>
    read(store, file, { ...options, ...piece });
  return readOnwards(readPiece, firstByteOf(from), to, file.size);
}

/** Which lines of {@link readRangeBytes} are the range's. */
export function linesOfRange({ from, to }: Pick<FileRange, 'from' | 'to'>) {
  return { from: firstByteOf(from), to, skipFirst: from > 0 };
}

/** The byte before the range tells whether a line begins at its first byte. */
export function firstByteOf(from: number): number {
  return Math.max(0, from - 1);
}

const readGeneration: ReadFile = (store, { uri, generation }, range) => store.read(uri, { generation, ...range });

const FIRST_TAIL_BYTES = 65_536;
const TAIL_BYTES = 4 * 1024 * 1024;

/** The range and a little more in one request, then, as long as the last line goes on, piece by piece what follows. */
async function* readOnwards(
  readPiece: (piece: { readonly from: number; readonly to: number }) => AsyncIterable<Buffer>,
  from: number,
  to: number,
  size: number,
): AsyncGenerator<Buffer> {
  let position = from;
  let end = Math.min(size, to + FIRST_TAIL_BYTES);
  while (position < end) {
    yield* readPiece({ from: position, to: end });
    position = end;
    end = Math.min(size, end + TAIL_BYTES);
  }
}
