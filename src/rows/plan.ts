import type { PlannedPart } from '../activities/contract';
import type { PinnedTable, SourceFile } from './sources';
import type { InputEstimate } from '../domain/input-estimate';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, readJson } from './commits';
import type { Quarantine } from './quarantine';
import type { RepairCounts } from './validated-range';

/** Content of `plan.json`, written once for a run and all its executions. */
export interface Plan {
  readonly version: 1;
  /** The execution that wrote it. */
  readonly execution: string;
  /** Digest of sources, keys and parts: the same input gives the same. */
  readonly digest: string;
  /** All rows of the input, those that are never sent among them. */
  readonly rows: number;
  readonly bytes: number;
  /** Those for which rows were taken out. */
  readonly errors: number;
  readonly warnings: number;
  /** What is mended in every row that is read for a copy. */
  readonly repaired: RepairCounts;
  readonly validationUri: string | null;
  /** Tokens of the rows that are sent. Left out by earlier versions. */
  readonly estimate?: InputEstimate | null;
  readonly sources: readonly SourceFile[];
  /** The table of which the one source is a copy; jobs read it where `asItLies`. */
  readonly table?: PinnedTable;
  readonly keys: PlanKeys;
  readonly parts: readonly PlanPart[];
}

export interface PlanKeys {
  /** The caller's field that identifies a row; null when not every row has one. */
  readonly field: string | null;
  /**
   * `brought`: jobs see the caller's field. `staged`: they see a copy of the rows with the internal key `r<file>-<line>`.
   * `foreign`: others ran the jobs, and what no key finds may be found by its request.
   */
  readonly mode: 'brought' | 'staged' | 'foreign';
  /** Top-level field of an output row that holds its key. */
  readonly outputKeyField: string;
  /** Why a copy is staged, for people; null when the input is used as it lies. */
  readonly stagedBecause: string | null;
}

export interface PlanPart extends PlannedPart {
  /** Columns as in `row-index.ts`. */
  readonly index: DataObject;
  /** Row by row the caller's key and, as JSON, his other top-level fields. */
  readonly keyFile: DataObject;
  /** Rows of the index that are never sent. */
  readonly quarantine: Quarantine | null;
}

/** Where the plan of a run lies. */
export function planUri(run: { readonly directory: string }): string {
  return `${run.directory}plan.json`;
}

export async function readPlan(store: ObjectStore, uri: string, options: CallOptions = {}): Promise<Plan> {
  const plan = await readJson<Plan>(store, uri, options);
  checkVersion(plan, uri);
  return plan;
}

/** A plan that a later version of this program wrote can't be carried on by an earlier one. */
export function checkVersion(plan: Plan, uri: string): void {
  if (plan.version !== 1) {
    throw new Error(
      `${uri} is a plan of version ${String(plan.version)}, this worker knows version 1: update the worker.`,
    );
  }
}

/** The part with that number, from 1. */
export function partOf(plan: Plan, part: number): PlanPart {
  const found = plan.parts.find((candidate) => candidate.part === part);
  if (found === undefined) throw new RangeError(`The plan has ${plan.parts.length} parts, part ${part} was asked for`);
  return found;
}
