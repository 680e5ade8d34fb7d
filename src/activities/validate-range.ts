import { DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { DEFAULT_KEY_FIELDS } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, dataObject, findRecord, nonce, readJson } from '../rows/commits';
import { readInput } from '../rows/input-changes';
import { piecesOf, readRangeLines } from '../rows/ranges';
import { RangeValidator } from '../rows/range-validator';
import { type ValidatedRange, validatedRangeUri, validationDirectory } from '../rows/validated-range';
import { writtenOnce } from '../rows/written-once';
import type { Attempt, RowGateways } from './attempt';
import type { FileRange, RangeValidation, Sources, ValidateRangeInput } from './contract';

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
  const validator = new RangeValidator(keyField === null ? DEFAULT_KEY_FIELDS : [keyField], keyField);
  const own = `${directory}${range}-${nonce()}`;
  const facts = await store.write(`${own}-rows.jsonl`, factsOf(store, sources, planned, validator, attempt), {
    signal,
  });
  const problems = await writeProblems(store, `${own}-problems.jsonl`, validator, signal);
  const { record } = await commitOnce<ValidatedRange>(
    store,
    recordUri,
    {
      pieces: validator.pieces,
      keyed: validator.keyed,
      facts: dataObject(facts, validator.soundRows + validator.badRows),
      soundRows: validator.soundRows,
      badRows: validator.badRows,
      repaired: {},
      problems,
    },
    { signal },
  );
  return totalsOf(record);
}

function totalsOf({ pieces }: ValidatedRange): RangeValidation {
  return {
    rows: pieces.reduce((sum, piece) => sum + piece.lines, 0),
    errors: pieces.reduce((sum, piece) => sum + piece.errors, 0),
    warnings: pieces.reduce((sum, piece) => sum + piece.warnings, 0),
  };
}

const FLUSH_BYTES = 262_144;

async function* factsOf(
  store: ObjectStore,
  { files }: Sources,
  range: FileRange,
  validator: RangeValidator,
  attempt: Attempt,
): AsyncGenerator<string> {
  let pending = '';
  let quietBytes = 0;
  for (const piece of piecesOf(range, files)) {
    const file = files[piece.file];
    if (file === undefined) throw new RangeError(`A range names file ${piece.file} of ${files.length}`);
    validator.beginPiece(piece.file);
    for await (const line of readRangeLines(store, file, piece, { read: readInput, signal: attempt.signal })) {
      pending += validator.addLine(line);
      quietBytes += line.length;
      if (quietBytes > FLUSH_BYTES) {
        attempt.signal.throwIfAborted();
        attempt.heartbeat();
        quietBytes = 0;
      }
      if (pending.length > FLUSH_BYTES) {
        yield pending;
        pending = '';
      }
      if (validator.pieceIsArray) break;
    }
  }
  yield pending;
}

async function writeProblems(store: ObjectStore, uri: string, { problems }: RangeValidator, signal: AbortSignal) {
  if (problems.length === 0) return null;
  const lines = problems.map((problem) => `${JSON.stringify(problem)}\n`);
  return dataObject(await store.write(uri, lines.join(''), { ifGenerationMatch: 0, signal }), problems.length);
}
