import { createHash } from 'node:crypto';
import type { PlannedPart } from '../activities/contract';
import type { Sources } from './sources';
import type { RunReference } from '../domain/accepted-request';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, commitOnce } from './commits';
import type { ComparedRows } from './compare-rows';
import type { MergedValidation } from './merged-validation';
import type { WrittenPart } from './parts-writer';
import { stagingReason } from './staging';
import { type Plan, type PlanKeys, type PlanPart, planUri } from './plan';

export interface Planning {
  readonly merged: MergedValidation;
  readonly parts: readonly WrittenPart[];
  readonly keys: PlanKeys;
  readonly errors: number;
  readonly warnings: number;
  readonly validationUri: string | null;
}

/** How jobs will see the keys of the rows. */
export function planKeys(compared: ComparedRows, merged: MergedValidation): PlanKeys {
  const { keyField } = compared;
  const stagedBecause = stagingReason(merged, { ...compared, jobs: compared.parts.length });
  return keyField === null || stagedBecause !== null
    ? { field: keyField, mode: 'staged', outputKeyField: 'key', stagedBecause }
    : { field: keyField, mode: 'brought', outputKeyField: keyField, stagedBecause };
}

/** Writes the plan unless one was written meanwhile; gives the one that counts. */
export async function writePlan(
  store: ObjectStore,
  run: RunReference,
  planning: Planning,
  options: CallOptions = {},
): Promise<Plan> {
  const { merged, keys, errors, warnings, validationUri } = planning;
  const { rows, bytes, sources } = merged;
  const parts = planning.parts.map((part) => planPart(part, planning));
  const plan: Plan = {
    version: 1,
    execution: run.execution,
    digest: digestOf(sources, keys, parts),
    rows,
    bytes,
    errors,
    warnings,
    repaired: merged.repaired,
    validationUri,
    estimate: merged.estimate,
    sources: sources.files,
    ...(sources.table && { table: sources.table }),
    keys,
    parts,
  };
  return (await commitOnce(store, planUri(run), plan, options)).record;
}

function planPart(written: WrittenPart, { merged, parts, keys }: Planning): PlanPart {
  const isWhole = parts.length === 1 && merged.badRows === 0;
  const asItLies = keys.mode === 'brought';
  return {
    part: written.part,
    rows: written.rows,
    bytes: isWhole ? merged.bytes : written.bytes,
    asItLies,
    uris: asItLies ? urisOf(merged.sources) : [],
    index: written.index,
    keyFile: written.keyFile,
    quarantine: written.quarantine,
  };
}

/** What a job is given that reads the input as it lies. */
function urisOf({ files, table }: Sources): readonly string[] {
  return table === undefined ? files.map(({ uri }) => uri) : [table.uri];
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
