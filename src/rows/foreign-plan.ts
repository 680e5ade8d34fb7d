import { BatchError } from '../domain/batch-error';
import type { RunReference } from '../domain/accepted-request';
import { positionKey, rowKeyOf } from '../domain/validation-keys';
import { giveBack } from '../gateways/given-back';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, commitOnce, dataObject, nonce } from './commits';
import { keyFieldOf } from './compare-rows';
import { type MergedValidation, type PlacedRow, readPlacedRows } from './merged-validation';
import { PartIndexBuilder } from './part-index-builder';
import { type Plan, planUri } from './plan';
import { QuarantineWriter } from './quarantine';

export interface ForeignInput {
  readonly run: RunReference;
  readonly merged: MergedValidation;
  /** The field that the caller named. */
  readonly keyField: string | null;
}

type Options = CallOptions & { readonly signal: AbortSignal };

/**
 * Plans for rows that jobs of somebody else's were sent: one part that holds them all, joined by key or by request. The plan that
 * counts is given, if one was written meanwhile.
 * @throws {BatchError} `InvalidInput` for an input that no job can have read
 */
export async function writeForeignPlan(store: ObjectStore, input: ForeignInput, options: Options): Promise<Plan> {
  refuse(input.merged);
  return (await commitOnce(store, planUri(input.run), await planOf(store, input, options), options)).record;
}

function refuse({ unreadable, sources, rows }: MergedValidation): void {
  const [file] = unreadable;
  if (file !== undefined) {
    const { uri = '' } = sources.files[file] ?? {};
    throw new BatchError('InvalidInput', `Input ${uri} isn't JSONL; run vertex-batch validate on it to see why.`);
  }
  if (rows === 0) throw new BatchError('InvalidInput', 'The input has no rows: all its lines are blank.');
}

async function planOf(store: ObjectStore, input: ForeignInput, { signal }: Options): Promise<Plan> {
  const { run, merged, keyField: named } = input;
  const field = keyFieldOf(merged, named);
  const { builder, repeats, quarantine } = await indexRows(store, { ...input, keyField: field }, signal);
  const { rows, soundRows, badRows, bytes, errors, repaired, sources } = merged;
  const { index, keyFile } = builder.build();
  const write = async (kind: 'index' | 'keys', content: Buffer) => {
    const options = { ifGenerationMatch: 0, contentType: 'application/octet-stream', signal } as const;
    const written = await store.write(`${run.directory}index/p1-${nonce()}.${kind}`, content, options);
    giveBack(new Uint8Array(content.buffer));
    return dataObject(written, soundRows + badRows);
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

async function indexRows(store: ObjectStore, { run, merged, keyField }: ForeignInput, signal: AbortSignal) {
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
