import type { RunReference } from '../../domain/accepted-request';
import type { AcceptedValidation } from '../../domain/accepted-validation';
import type { EstimatedCost } from '../../domain/run-budget';
import type { BatchReason } from '../../messages';
import type { NeededRights } from '../../preflight/require-rights';
import type { GuardedInput } from './guarded';

export interface ResolveInputInput extends GuardedInput {
  readonly run: RunReference;
  readonly input: readonly string[];
  /** The jobs', where the input is a table: it must lie there. */
  readonly location?: string;
  /** An input without a row is no error. @default false */
  readonly allowEmpty?: boolean;
  /** What the run is about to spend money with: rights that are missing there are said first. @default nothing is looked at */
  readonly needs?: NeededRights;
  /** As the ranges will be: rows of a table are validated while they are copied. @default they are only copied */
  readonly validateAs?: { readonly keyField: string | null; readonly validation: AcceptedValidation };
}

export interface ResolvedInput {
  /** Object with `Sources`; its name has the digest. */
  readonly sourcesUri: string;
  readonly files: number;
  readonly bytes: number;
  readonly ranges: number;
}

export interface ValidateRangeInput extends GuardedInput {
  readonly run: RunReference;
  readonly sourcesUri: string;
  /** Ordinal of the range, from 0. */
  readonly range: number;
  readonly keyField: string | null;
  /** @default `DEFAULT_VALIDATION` */
  readonly validation?: AcceptedValidation;
}

export interface RangeValidation {
  readonly rows: number;
  readonly errors: number;
  readonly warnings: number;
}

export interface PlanPartsInput extends GuardedInput {
  readonly run: RunReference;
  readonly sourcesUri: string;
  readonly keyField: string | null;
  /** @default `DEFAULT_VALIDATION` */
  readonly validation?: AcceptedValidation;
  /** An input without a row is no error, and has no plan. @default false */
  readonly allowEmpty?: boolean;
  /** Rows of the first job, which goes ahead of the others. */
  readonly canary?: number;
  /** A job of somebody else's was sent these rows; it began to read them then, or hasn't yet. */
  readonly foreign?: { readonly readAt: string | null };
  /** The one whose price counts. Left out by earlier versions. */
  readonly model?: string;
  /** Without a plan where the estimate is higher. @default there is no bound */
  readonly maxCostUsd?: number;
}

export interface PlannedParts {
  /** What the rows that are sent are expected to cost; null where that isn't known. Left out by earlier versions. */
  readonly estimate?: EstimatedCost | null;
  readonly rows: number;
  readonly bytes: number;
  readonly errors: number;
  readonly warnings: number;
  /** What is mended in the copy that is sent, and how often. */
  readonly repaired?: Readonly<Record<string, number>>;
  /** Report of all problems, when there are any. */
  readonly validationUri: string | null;
  /** `<uri>:<line> <message>` of the first few. */
  readonly firstProblems: readonly string[];
  /** null when errors or limits forbid a plan. */
  readonly plan: {
    readonly uri: string;
    readonly digest: string;
    /** It stood already: an earlier execution of this id wrote it. */
    readonly adopted: boolean;
    /** Sources that differ from what the standing plan found. */
    readonly changed: readonly string[];
    readonly parts: readonly PlannedPart[];
    /** Rounds of each part for which a claim stands, highest first. */
    readonly claimed: readonly { readonly part: number; readonly round: number }[];
  } | null;
  /** There is nothing to send, and the request allows that. */
  readonly isEmpty?: true;
  /** Why there is no plan, if it isn't for problems of rows. */
  readonly refusal: BatchReason | null;
}

export interface PlannedPart {
  /** From 1. */
  readonly part: number;
  /** Those that are sent. */
  readonly rows: number;
  readonly bytes: number;
  /** The input can be used as it lies. */
  readonly asItLies: boolean;
  /** `gs://` URIs to submit when it can; a wildcard where there are many. */
  readonly uris: readonly string[];
}

export interface StagePartInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly part: number;
  readonly round: number;
  /** Object that lists the rows to send; null for all of the part. */
  readonly rowsUri: string | null;
}

export interface StagedPart {
  readonly uris: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly digest: string;
}

export interface CheckInputInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
}

export interface CheckedInput {
  /** URIs that changed or vanished since the plan. */
  readonly changed: readonly string[];
}
