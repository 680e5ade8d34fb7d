import type { Attempt } from '../activities/attempt';
import type { Sources } from '../activities/contract';
import { validateRange } from '../activities/validate-range';
import type { RunReference } from '../domain/accepted-request';
import type { AcceptedValidation } from '../domain/accepted-validation';
import { BatchError } from '../domain/batch-error';
import { FIXED_RULES, VALIDATION_RULES, type ValidationRule } from '../domain/validation-rules';
import { rowKeyOf, positionKey } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, dataObject, findRecord, nonce } from '../rows/commits';
import { keyFieldOf } from '../rows/compare-rows';
import { inParallel } from '../rows/in-parallel';
import { mergeValidation, type MergedValidation, type PlacedRow, readPlacedRows } from '../rows/merged-validation';
import { PartIndexBuilder } from '../rows/part-index-builder';
import { type Plan, planUri } from '../rows/plan';
import { QuarantineWriter } from '../rows/quarantine';
import { validationDirectory } from '../rows/validated-range';
import { workDirectory } from '../rows/work-directory';

/** The jobs have run: of a row only what it is and what its key is matters. What is no row can't have been answered. */
const VALIDATION: AcceptedValidation = {
  rules: Object.fromEntries(
    (Object.keys(VALIDATION_RULES) as ValidationRule[])
      .filter((rule) => !FIXED_RULES.has(rule))
      .map((rule) => [rule, 'off']),
  ),
  onError: 'quarantine',
  repair: ['blank-lines', 'byte-order-mark'],
  maxProblems: 0,
};

const RANGES_AT_A_TIME = 4;

export interface InputToPlan {
  readonly run: RunReference;
  readonly sources: Sources;
  readonly keyField: string | null;
}

/** Notes which rows there are, once: what the outputs are joined with. */
export async function planInput(store: ObjectStore, input: InputToPlan, attempt: Attempt): Promise<Plan> {
  const { run, sources, keyField } = input;
  const { signal } = attempt;
  const standing = await findRecord<Plan>(store, planUri(run), { signal });
  if (standing !== undefined) return standing;
  const sourcesUri = `${workDirectory(run)}sources.json`;
  await commitOnce(store, sourcesUri, sources, { signal });
  await inParallel(sources.ranges.length, RANGES_AT_A_TIME, (range) =>
    validateRange({ store }, { run, sourcesUri, range, keyField, validation: VALIDATION }, attempt),
  );
  const directory = validationDirectory(run, sourcesUri, keyField, VALIDATION);
  const merged = await mergeValidation(store, sources, directory, { signal });
  refuse(merged);
  return (await commitOnce(store, planUri(run), await writeIndex(store, input, merged, attempt), { signal })).record;
}

function refuse({ unreadable, sources, rows }: MergedValidation): void {
  const [file] = unreadable;
  if (file !== undefined) {
    const { uri = '' } = sources.files[file] ?? {};
    throw new BatchError('InvalidInput', `Input ${uri} isn't JSONL; run vertex-batch validate on it to see why.`);
  }
  if (rows === 0) throw new BatchError('InvalidInput', 'The input has no rows: all its lines are blank.');
}

async function writeIndex(
  store: ObjectStore,
  { run, sources, keyField: named }: InputToPlan,
  merged: MergedValidation,
  { signal }: Attempt,
): Promise<Plan> {
  const field = keyFieldOf(merged, named);
  const { builder, repeats, quarantine } = await indexRows(store, { run, merged, keyField: field }, signal);
  const { rows, soundRows, badRows, bytes, errors, repaired } = merged;
  const { index, keyFile } = builder.build();
  const write = async (kind: 'index' | 'keys', content: Buffer) => {
    const options = { ifGenerationMatch: 0, contentType: 'application/octet-stream', signal } as const;
    return dataObject(
      await store.write(`${run.directory}index/p1-${nonce()}.${kind}`, content, options),
      soundRows + badRows,
    );
  };
  const part = { part: 1, rows: soundRows, bytes, asItLies: true, uris: [], quarantine };
  return {
    version: 1,
    execution: run.execution,
    digest: run.key,
    rows,
    bytes,
    errors,
    warnings: 0,
    repaired,
    validationUri: null,
    sources: sources.files,
    // a key that several rows have tells nothing
    keys: { field, mode: 'foreign', outputKeyField: repeats > 0 ? '' : (field ?? ''), stagedBecause: null },
    parts: [{ ...part, index: await write('index', index), keyFile: await write('keys', keyFile) }],
  };
}

interface RowsToIndex {
  readonly run: RunReference;
  readonly merged: MergedValidation;
  readonly keyField: string | null;
}

async function indexRows(store: ObjectStore, { run, merged, keyField }: RowsToIndex, signal: AbortSignal) {
  const builder = new PartIndexBuilder(merged.soundRows + merged.badRows, keyField);
  const quarantine = new QuarantineWriter(store, `${run.directory}index/p1`);
  let repeats = 0;
  try {
    for await (const row of readPlacedRows(store, merged, { signal })) {
      signal.throwIfAborted();
      const { number, earlier } = builder.add(row);
      if (earlier !== undefined) repeats += 1;
      if (row.problem === null) continue;
      const { rule, message } = row.problem;
      await quarantine.add(number, keyOf(row, keyField), row, `${message} (rule ${rule})`);
    }
    return { builder, repeats, quarantine: await quarantine.close({ signal }) };
  } finally {
    await quarantine.abandon();
  }
}

function keyOf({ file, line, others }: PlacedRow, keyField: string | null): string {
  return (keyField === null ? undefined : rowKeyOf(others[keyField])?.text) ?? positionKey(file, line);
}
