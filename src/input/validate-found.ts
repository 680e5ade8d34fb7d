import type { FileRange, SourceFile } from '../rows/sources';
import type { AcceptedValidation } from '../domain/accepted-validation';
import type { InputEstimate } from '../domain/input-estimate';
import { fewestParts, partsExceeded, quarantineExceeded } from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import type { BatchReason } from '../messages';
import { findChanges, inputChanged, readInput } from '../rows/input-changes';
import { requireReadAsFound, withChecksum, withChecksums } from '../rows/input-checksums';
import { planRanges, readRangeBytes } from '../rows/ranges';
import { readTableLines } from '../rows/tables/read-table-lines';
import type { InputFile } from '../rows/threads/range-messages';
import { readFilePieceInTurns } from '../rows/threads/read-file-piece';
import { validateFiles } from '../rows/validate-file';
import { type CheckedRange, checkRangeInMemory, type RangeProgress } from '../rows/validate/checked-range';
import { withKeysOnDisk } from '../rows/validate/keys-on-disk';
import { validateSources, type ValidatedInput } from '../rows/validate/validate-sources';
import type { GivenTable } from './given-input';
import type { ValidationReport } from './report';

/** A table whose rows are read as lines; their bytes, as far as the service tells. */
export type FoundTable = { readonly kind: 'table' } & GivenTable & SourceFile;

/** A file of the input, wherever it lies. */
export type FoundFile =
  | FoundTable
  | ({ readonly kind: 'local' } & SourceFile & InputFile)
  | ({ readonly kind: 'remote'; readonly store: ObjectStore } & SourceFile);

export interface ValidationProgress {
  readonly bytes: number;
  readonly of: number;
  readonly rows: number;
  readonly errors: number;
}

export interface ValidationOptions {
  readonly keyField: string | null;
  /** Its `maxProblems` bounds the report's problems. */
  readonly validation: AcceptedValidation;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: ValidationProgress) => void;
}

export interface FoundInput {
  readonly report: ValidationReport;
  /** Tokens of the sound rows. */
  readonly estimate: InputEstimate | null;
  /** The fewest jobs that a run would share it among. */
  readonly jobs: number;
}

/** Validates files as the ranges of a run are, without a run. */
export async function validateFound(files: readonly FoundFile[], options: ValidationOptions): Promise<FoundInput> {
  const onProgress = progressOf(files, options);
  const validated = await validateAll(files, { ...options, onProgress });
  const { merged, jobs } = validated;
  return { report: reportOf(validated, options.validation), estimate: merged.estimate, jobs };
}

type WithProgress = Omit<ValidationOptions, 'onProgress'> & { readonly onProgress: (since: RangeProgress) => void };

function validateAll(files: readonly FoundFile[], options: WithProgress): Promise<ValidatedInput> {
  const table = files.find((file) => file.kind === 'table');
  if (table !== undefined) return validateTable(table, options);
  const bytes = files.filter((file) => file.kind !== 'table');
  const local = bytes.filter((file) => file.kind === 'local');
  return local.length === bytes.length ? validateFiles(local, options) : validateStreams(bytes, options);
}

/** Rows are checked as they come, in one range, and kept nowhere. */
function validateTable({ store, found, ...about }: FoundTable, options: WithProgress): Promise<ValidatedInput> {
  // how long its lines are is known at their end
  const file = { ...about, size: 0 };
  const read = async function* (): AsyncGenerator<Buffer> {
    for await (const lines of readTableLines(store, found, { signal: options.signal })) {
      file.size += lines.length;
      yield lines;
    }
  };
  return checkAsRead({ files: [file], ranges: [{ file: 0, from: 0, to: Infinity }] }, read, options);
}

const DOWNLOADS_AT_A_TIME = 4;

type FoundBytes = Exclude<FoundFile, FoundTable>;

/** What comes over the network is checked here, as it comes, and held against what was found. */
async function validateStreams(files: readonly FoundBytes[], options: WithProgress): Promise<ValidatedInput> {
  const { signal } = options;
  const sources = { files, ranges: planRanges(files, { spanFiles: true }) };
  const read = (file: FoundBytes, piece: FileRange, noteChecksum: NoteChecksum): AsyncIterable<Buffer> =>
    file.kind === 'local'
      ? readFilePieceInTurns(file, piece)
      : withChecksum(readRangeBytes(file.store, file, piece, { read: readInput, signal }), piece, noteChecksum);
  const validated = await checkAsRead(sources, read, options);
  requireReadAsFound(sources, validated.merged.records, 'Validate it again.');
  await requireUnchanged(files, signal);
  return validated;
}

type NoteChecksum = (crc32c: string) => void;

function checkAsRead<File extends SourceFile>(
  sources: { readonly files: readonly File[]; readonly ranges: readonly FileRange[] },
  read: (file: File, piece: FileRange, noteChecksum: NoteChecksum) => AsyncIterable<Buffer>,
  { keyField, validation, signal, onProgress }: WithProgress,
): Promise<ValidatedInput> {
  const { files } = sources;
  const tell = (since: RangeProgress): void => {
    signal.throwIfAborted();
    onProgress(since);
  };
  return withKeysOnDisk(sources.ranges.length, (keysOnDisk) => {
    const data = { files, keyField, validation, keysOnDisk };
    const checkRange = async (range: number): Promise<CheckedRange> => {
      const checksums = new Map<number, string>();
      const readPiece = (file: File, piece: FileRange) =>
        read(file, piece, (crc32c) => checksums.set(piece.file, crc32c));
      const checked = await checkRangeInMemory({ ...data, range: sources.ranges[range]! }, readPiece, tell);
      return { ...checked, pieces: withChecksums(checked.pieces, checksums) };
    };
    return validateSources(sources, { keyField, validation, concurrency: DOWNLOADS_AT_A_TIME, checkRange });
  });
}

async function requireUnchanged(files: readonly FoundBytes[], signal: AbortSignal): Promise<void> {
  const remote = files.filter((file) => file.kind === 'remote');
  const store = remote[0]?.store;
  const [changed] = store === undefined ? [] : await findChanges(store, remote, { signal });
  if (changed !== undefined) throw inputChanged(changed);
}

/** Adds up what ranges tell. */
function progressOf(
  files: readonly FoundFile[],
  { onProgress = () => {} }: ValidationOptions,
): (since: RangeProgress) => void {
  let done: ValidationProgress = { bytes: 0, of: files.reduce((sum, { size }) => sum + size, 0), rows: 0, errors: 0 };
  return ({ bytes, rows, errors }) => {
    done = {
      bytes: Math.min(done.of, done.bytes + bytes),
      of: done.of,
      rows: done.rows + rows,
      errors: done.errors + errors,
    };
    onProgress(done);
  };
}

function reportOf(validated: ValidatedInput, { onError }: AcceptedValidation): ValidationReport {
  const { merged, errors, warnings, inputErrors, rules, problems } = validated;
  const { rows, bytes, repaired } = merged;
  const quarantined = onError === 'quarantine' ? merged.badRows : 0;
  const refusal = refusalOf(validated, quarantined);
  const stays = onError === 'quarantine' ? inputErrors : errors;
  const valid = stays === 0 && refusal === null && merged.soundRows > 0;
  const files = filesOf(validated);
  return { valid, rows, bytes, files, errors, warnings, rules, quarantined, repaired, problems, refusal };
}

/** What a run would refuse of rows that are sound. Of what is taken out, the bytes aren't known. */
function refusalOf({ merged }: ValidatedInput, quarantined: number): BatchReason | null {
  const { rows, badRows, bytes } = merged;
  const sent = { rows: rows - quarantined, bytes: quarantined > 0 ? 0 : bytes };
  const message =
    quarantineExceeded({ rows, badRows: quarantined > 0 ? badRows : 0 }) ?? partsExceeded(sent, fewestParts(sent));
  return message === undefined ? null : { type: 'TooLarge', message };
}

function filesOf({ merged }: ValidatedInput): ValidationReport['files'] {
  const pieces = merged.records.flatMap((record) => record.pieces);
  return merged.sources.files.map(({ uri }, file) => ({
    uri,
    rows: pieces.reduce((sum, piece) => sum + (piece.file === file ? piece.lines - piece.blankLines : 0), 0),
  }));
}
