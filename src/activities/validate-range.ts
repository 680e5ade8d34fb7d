import { DEFAULT_VALIDATION } from '../domain/accepted-validation';
import type { ObjectStore } from '../gateways/object-store';
import { checkRange } from '../rows/check-range';
import { commitOnce, findRecord, nonce, readJson } from '../rows/commits';
import { readInput } from '../rows/input-changes';
import { withChecksum } from '../rows/input-checksums';
import { RangeRecorder, type ValidationSettings } from '../rows/range-recorder';
import { readRangeBytes } from '../rows/ranges';
import { withScanner } from '../rows/skim/scanners';
import type { Scanner } from '../rows/skim/scanner';
import { type ValidatedRange, validatedRangeUri, validationDirectory } from '../rows/validated-range';
import { writtenOnce } from '../rows/written-once';
import type { FileRange, SourceFile, Sources } from '../rows/sources';
import type { Attempt, RowGateways } from './attempt';
import type { RangeValidation, ValidateRangeInput } from './contract';

/** Validates the lines that begin in one range; an attempt that finds the range's record reads nothing. */
export async function validateRange(
  { store }: RowGateways,
  { run, sourcesUri, range, keyField, validation = DEFAULT_VALIDATION }: ValidateRangeInput,
  attempt: Attempt,
): Promise<RangeValidation> {
  const { signal } = attempt;
  const directory = validationDirectory(run, sourcesUri, keyField, validation);
  const recordUri = validatedRangeUri(directory, range);
  const standing = await findRecord<ValidatedRange>(store, recordUri, { signal });
  if (standing !== undefined) return totalsOf(standing);

  const sources = await writtenOnce(store, run.execution, sourcesUri, () =>
    readJson<Sources>(store, sourcesUri, { signal }),
  );
  const planned = sources.ranges[range];
  if (planned === undefined)
    throw new RangeError(`${sourcesUri} has ${sources.ranges.length} ranges, ${range} was asked for`);
  const record = await withScanner((scanner) =>
    readRange(
      store,
      { sources, range: planned, settings: { keyField, validation }, own: `${directory}${range}-${nonce()}` },
      scanner,
      attempt,
    ),
  );
  return totalsOf((await commitOnce<ValidatedRange>(store, recordUri, record, { signal })).record);
}

function totalsOf({ pieces }: ValidatedRange): RangeValidation {
  return {
    rows: pieces.reduce((sum, piece) => sum + piece.lines - piece.blankLines, 0),
    errors: pieces.reduce((sum, piece) => sum + piece.errors, 0),
    warnings: pieces.reduce((sum, piece) => sum + piece.warnings, 0),
  };
}

interface Reading {
  readonly sources: Sources;
  readonly range: FileRange;
  readonly settings: ValidationSettings;
  /** What this attempt's data objects begin with. */
  readonly own: string;
}

async function readRange(
  store: ObjectStore,
  { sources: { files }, range, settings, own }: Reading,
  scanner: Scanner,
  attempt: Attempt,
): Promise<ValidatedRange> {
  const { signal } = attempt;
  const recorder = new RangeRecorder(store, settings, own);
  const checksums = new Map<number, string>();
  const read = (file: SourceFile, piece: FileRange) =>
    withChecksum(readRangeBytes(store, file, piece, { read: readInput, reuseMemory: true, signal }), piece, (crc32c) =>
      checksums.set(piece.file, crc32c),
    );
  try {
    for await (const _ of checkRange(range, files, read, { validator: recorder.validator, scanner })) {
      signal.throwIfAborted();
      attempt.heartbeat();
      await recorder.flush();
    }
    return await recorder.record(checksums, { signal });
  } catch (error) {
    await recorder.abandon();
    throw error;
  }
}
