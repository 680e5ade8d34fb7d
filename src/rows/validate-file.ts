import type { FileRange, Sources } from './sources';
import type { AcceptedValidation } from '../domain/accepted-validation';
import { planRanges } from './ranges';
import type { InputFile, ThreadData } from './threads/range-messages';
import { rangeThreads } from './threads/range-threads';
import { readFilePieceInTurns } from './threads/read-file-piece';
import { sharedRanges } from './threads/shared-ranges';
import { checkRangeInMemory, type RangeProgress } from './validate/checked-range';
import { withKeysOnDisk } from './validate/keys-on-disk';
import { type ValidatedInput, validateSources } from './validate/validate-sources';

export interface ValidateFilesOptions {
  /** Field that must identify each row; null when the caller names none. */
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  /** Threads that read and check at a time, this one among them, which turns to whatever else waits between two blocks. */
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (since: RangeProgress) => void;
}

/** Below this another thread takes longer to start and to warm up than it saves. */
const WORTH_THREADS_BYTES = 512_000_000;

/** Validates files of this machine as a run does its input. Empty files must be left out. */
export function validateFiles(files: readonly InputFile[], options: ValidateFilesOptions): Promise<ValidatedInput> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const threads = bytes < WORTH_THREADS_BYTES ? 1 : options.threads;
  const sources = sourcesOf(files, bytes, threads);
  const { keyField, validation } = options;
  return withKeysOnDisk(sources.ranges.length, (keysOnDisk) =>
    validateRanges(sources, { files, keyField, validation, keysOnDisk }, { ...options, threads }),
  );
}

async function validateRanges(
  sources: Sources,
  data: ThreadData,
  { threads, signal, onProgress = () => {} }: ValidateFilesOptions,
): Promise<ValidatedInput> {
  const checkHere = (range: FileRange) =>
    checkRangeInMemory({ ...data, range }, readFilePieceInTurns, (since) => {
      signal?.throwIfAborted();
      onProgress(since);
    });
  const pool = rangeThreads(threads, data, { perform: checkHere, hear: onProgress });
  const stop = () => void pool.close();
  signal?.addEventListener('abort', stop);
  const checkRange = async (ordinal: number) => {
    signal?.throwIfAborted();
    return pool.perform(rangeOf(sources, ordinal));
  };
  try {
    return await validateSources(sources, { ...data, concurrency: threads, checkRange });
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
}

function sourcesOf(files: readonly InputFile[], bytes: number, threads: number): Sources {
  return {
    files: files.map(({ uri, size }) => ({ uri, size, generation: '1', crc32c: '', updated: '' })),
    ranges:
      threads === 1 ? planRanges(files, { minimumBytes: bytes + 1, spanFiles: true }) : sharedRanges(files, threads),
  };
}

function rangeOf({ ranges }: Sources, range: number) {
  const planned = ranges[range];
  if (planned === undefined) throw new RangeError(`There are ${ranges.length} ranges, ${range} was asked for`);
  return planned;
}
