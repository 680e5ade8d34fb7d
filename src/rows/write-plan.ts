import { createHash } from 'node:crypto';
import type { PlannedPart, Sources } from '../activities/contract';
import type { RunReference } from '../domain/accepted-request';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, commitOnce, dataObject, nonce } from './commits';
import type { ComparedRows } from './compare-rows';
import type { MergedValidation } from './merged-validation';
import { stagingReason } from './staging';
import { type Plan, type PlanKeys, type PlanPart, planUri } from './plan';
import type { Quarantine } from './quarantine';

export interface Planning {
  readonly merged: MergedValidation;
  readonly compared: ComparedRows;
  readonly keys: PlanKeys;
  readonly quarantine: Quarantine | null;
  readonly errors: number;
  readonly warnings: number;
  readonly validationUri: string | null;
}

/** How jobs will see the keys of the rows. */
export function planKeys(compared: ComparedRows, merged: MergedValidation): PlanKeys {
  const { keyField } = compared;
  const stagedBecause = stagingReason(merged, { ...compared, keysAreSafe: compared.builder.keysAreSafe });
  return keyField === null || stagedBecause !== null
    ? { field: keyField, mode: 'staged', outputKeyField: 'key', stagedBecause }
    : { field: keyField, mode: 'brought', outputKeyField: keyField, stagedBecause };
}

/** Writes the part's index, then the plan unless one was written meanwhile; gives the one that counts. */
export async function writePlan(
  store: ObjectStore,
  run: RunReference,
  planning: Planning,
  options: CallOptions = {},
): Promise<Plan> {
  const { merged, keys, errors, warnings, validationUri } = planning;
  const { rows, bytes, sources } = merged;
  const part = await writePart(store, run, planning, options);
  const plan: Plan = {
    version: 1,
    execution: run.execution,
    digest: digestOf(sources, keys, [part]),
    rows,
    bytes,
    errors,
    warnings,
    repaired: merged.repaired,
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
  { merged, compared, keys, quarantine }: Planning,
  options: CallOptions,
): Promise<PlanPart> {
  const { index, keyFile } = compared.builder.build();
  const name = `${directory}index/p1-${nonce()}`;
  const write = { ifGenerationMatch: 0, contentType: 'application/octet-stream', ...options } as const;
  const writtenIndex = await store.write(`${name}.index`, index, write);
  const writtenKeys = await store.write(`${name}.keys`, keyFile, write);
  const indexed = merged.soundRows + merged.badRows;
  const asItLies = keys.mode === 'brought';
  return {
    part: 1,
    rows: merged.soundRows,
    bytes: merged.badRows === 0 ? merged.bytes : compared.soundBytes,
    asItLies,
    uris: asItLies ? merged.sources.files.map(({ uri }) => uri) : [],
    index: dataObject(writtenIndex, indexed),
    keyFile: dataObject(writtenKeys, indexed),
    quarantine,
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
