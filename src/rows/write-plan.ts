import { createHash } from 'node:crypto';
import type { PlannedPart, Sources } from '../activities/contract';
import type { RunReference } from '../domain/accepted-request';
import { MAX_INPUT_URIS } from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, commitOnce, dataObject, nonce } from './commits';
import type { ComparedRows } from './compare-rows';
import type { MergedValidation } from './merged-validation';
import { type Plan, type PlanKeys, type PlanPart, planUri } from './plan';

export interface Planning {
  readonly merged: MergedValidation;
  readonly compared: ComparedRows;
  readonly keys: PlanKeys;
  readonly warnings: number;
  readonly validationUri: string | null;
}

/** How jobs will see the keys of the rows. */
export function planKeys(compared: ComparedRows, sources: Sources): PlanKeys {
  const { keyField } = compared;
  const stagedBecause = stagingReason(compared, sources.files.length);
  return keyField === null || stagedBecause !== null
    ? { field: keyField, mode: 'staged', outputKeyField: 'key', stagedBecause }
    : { field: keyField, mode: 'brought', outputKeyField: keyField, stagedBecause };
}

function stagingReason({ keyField, repeats, builder }: ComparedRows, files: number): string | null {
  if (keyField === null) return 'not every row has a key';
  if (repeats > 0) return `${keyField} isn't unique`;
  if (!builder.keysAreSafe || !isColumnName(keyField)) return `the service's import may change ${keyField}`;
  return files > MAX_INPUT_URIS ? `there are ${files} files` : null;
}

/** The import makes columns of top-level fields. */
function isColumnName(field: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field);
}

/** Writes the part's index, then the plan unless one was written meanwhile; gives the one that counts. */
export async function writePlan(
  store: ObjectStore,
  run: RunReference,
  planning: Planning,
  options: CallOptions = {},
): Promise<Plan> {
  const { merged, keys, warnings, validationUri } = planning;
  const { rows, bytes, sources } = merged;
  const part = await writePart(store, run, planning, options);
  const plan: Plan = {
    version: 1,
    execution: run.execution,
    digest: digestOf(sources, keys, [part]),
    rows,
    bytes,
    warnings,
    validationUri,
    sources: sources.files,
    keys,
    parts: [part],
  };
  return (await commitOnce(store, planUri(run), plan, options)).record;
}

async function writePart(
  store: ObjectStore,
  { directory }: RunReference,
  { merged, compared, keys }: Planning,
  options: CallOptions,
): Promise<PlanPart> {
  const { index, keyFile } = compared.builder.build();
  const name = `${directory}index/p1-${nonce()}`;
  const write = { ifGenerationMatch: 0, contentType: 'application/octet-stream', ...options } as const;
  const writtenIndex = await store.write(`${name}.index`, index, write);
  const writtenKeys = await store.write(`${name}.keys`, keyFile, write);
  const asItLies = keys.mode === 'brought';
  return {
    part: 1,
    rows: merged.rows,
    bytes: merged.bytes,
    asItLies,
    uris: asItLies ? merged.sources.files.map(({ uri }) => uri) : [],
    index: dataObject(writtenIndex, merged.rows),
    keyFile: dataObject(writtenKeys, merged.rows),
  };
}

/** Says nothing of names that an attempt made up, nor of generations: the same input gives the same digest. */
function digestOf({ files }: Sources, keys: PlanKeys, parts: readonly PlanPart[]): string {
  const content = {
    sources: files.map(({ uri, size, crc32c }) => ({ uri, size, crc32c })),
    keys,
    parts: parts.map(toPlannedPart),
  };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** What the workflow knows of a part. */
export function toPlannedPart({ part, rows, bytes, asItLies, uris }: PlanPart): PlannedPart {
  return { part, rows, bytes, asItLies, uris };
}
