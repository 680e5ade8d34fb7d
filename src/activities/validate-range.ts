import { type AcceptedValidation, DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { DEFAULT_KEY_FIELDS } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, dataObject, findRecord, nonce, readJson } from '../rows/commits';
import { checkRange } from '../rows/check-range';
import { FactsSink } from '../rows/facts-sink';
import { readInput } from '../rows/input-changes';
import { withChecksum } from '../rows/input-checksums';
import { readRangeBytes } from '../rows/ranges';
import { RangeValidator } from '../rows/range-validator';
import { withScanner } from '../rows/skim/scanners';
import type { Scanner } from '../rows/skim/scanner';
import {
  type ValidatedPiece,
  type ValidatedRange,
  validatedRangeUri,
  validationDirectory,
} from '../rows/validated-range';
import { writtenOnce } from '../rows/written-once';
import type { Attempt, RowGateways } from './attempt';
import type { FileRange, RangeValidation, SourceFile, Sources, ValidateRangeInput } from './contract';

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
      { sources, range: planned, keyField, validation, own: `${directory}${range}-${nonce()}` },
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
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  /** What this attempt's data objects begin with. */
  readonly own: string;
}

async function readRange(
  store: ObjectStore,
  reading: Reading,
  scanner: Scanner,
  attempt: Attempt,
): Promise<ValidatedRange> {
  const { keyField, validation, own } = reading;
  const { signal } = attempt;
  const keyFields = keyField === null ? DEFAULT_KEY_FIELDS : [keyField];
  const sink = new FactsSink(keyFields, validation.onError === 'quarantine');
  const validator = new RangeValidator({ keyFields, keyField, validation, sink });
  const checksums = new Map<number, string>();
  const checking = { validator, sink, scanner, checksums };
  const facts = await store.write(`${own}-rows.jsonl`, factsOf(store, reading, checking, attempt), { signal });
  const { pieces, soundRows, takenOut, shapes, repaired, tokens } = validator;
  return {
    pieces: pieces.map((piece) => ({ ...piece, ...checksumOf(checksums.get(piece.file)) })),
    keyed: sink.keyed,
    soundRows,
    badRows: takenOut,
    facts: dataObject(facts, soundRows + takenOut),
    problems: await writeProblems(store, `${own}-problems.jsonl`, validator, signal),
    shapes: shapes.toRecords(),
    repaired,
    estimate: tokens.estimate,
  };
}

function checksumOf(crc32c: string | undefined): Pick<ValidatedPiece, 'crc32c'> {
  return crc32c === undefined ? {} : { crc32c };
}

const FLUSH_CHARACTERS = 262_144;

interface Checking {
  readonly validator: RangeValidator;
  readonly sink: FactsSink;
  readonly scanner: Scanner;
  /** Of what was read of each file, by its ordinal. */
  readonly checksums: Map<number, string>;
}

/** One range's rows through the validator; what it learns of them comes out in pieces. */
async function* factsOf(
  store: ObjectStore,
  { sources: { files }, range }: Reading,
  checking: Checking,
  attempt: Attempt,
): AsyncGenerator<string> {
  const { signal } = attempt;
  const { sink, checksums } = checking;
  const read = (file: SourceFile, piece: FileRange) =>
    withChecksum(readRangeBytes(store, file, piece, { read: readInput, signal }), piece, (crc32c) =>
      checksums.set(piece.file, crc32c),
    );
  for await (const _ of checkRange(range, files, read, checking)) {
    signal.throwIfAborted();
    attempt.heartbeat();
    if (sink.pending > FLUSH_CHARACTERS) yield sink.take();
  }
  yield sink.take();
}

async function writeProblems(store: ObjectStore, uri: string, { problems }: RangeValidator, signal: AbortSignal) {
  if (problems.length === 0) return null;
  const lines = problems.map((problem) => `${JSON.stringify(problem)}\n`);
  return dataObject(await store.write(uri, lines.join(''), { ifGenerationMatch: 0, signal }), problems.length);
}
