import type { RunReference } from '../../domain/accepted-request';
import type { LoadedPurpose } from '../../domain/loaded-purpose';
import type { BatchResult } from '../../messages';
import type { GuardedInput } from './guarded';
import type { SettledPart } from './outputs';
import type { AcceptedRun, HandlerReference } from './request';

export interface ProcessRangeInput extends GuardedInput {
  readonly run: RunReference;
  readonly settledUri: string;
  readonly range: number;
  readonly handler: HandlerReference;
  /**
   * Return at the first checkpoint, so that the run learns that there is progress: it shows that nobody takes the range.
   * `stuck` asks for the same.
   */
  readonly soon?: boolean;
  /** Directory of the run over whose results this is another pass; rows that don't fit the handler's schema are rejected then. */
  readonly passOf?: string;
}

export interface ProcessedRange {
  readonly processed: number;
  readonly rejected: number;
  /** The range isn't done: call again. */
  readonly more?: true;
}

export interface FinishRunInput extends GuardedInput {
  readonly run: RunReference;
  /** All but the manifest's own URI. */
  readonly result: BatchResult;
  readonly settledUris: readonly string[];
  readonly handler: HandlerReference | null;
  readonly planUri: string | null;
  /** Parts of the plan. @default 1 */
  readonly partCount?: number;
}

export interface FinishedRun {
  readonly manifest: string;
  readonly rejectedUri: string | null;
  readonly rejected: number;
  /** Of the whole run; absent in histories from before runs of several parts. */
  readonly errorsUri?: string | null;
  readonly deadLettersUri?: string | null;
  /** Result with which this execution had closed before it was reset, and which stands. */
  readonly closedBefore?: BatchResult;
}

export interface LoadTablesInput extends GuardedInput {
  readonly run: RunReference;
  /** The one whose right to run load jobs is used. */
  readonly project: string;
  readonly manifestUri: string;
  readonly tables: readonly { readonly purpose: LoadedPurpose; readonly uri: string }[];
}

export interface LoadedTable {
  readonly purpose: LoadedPurpose;
  /** `bq://project.dataset.table` */
  readonly uri: string;
  readonly rows: number;
}

export interface ReadManifestInput extends GuardedInput {
  readonly request: unknown;
  /** Run id of the execution's first run. */
  readonly execution: string;
}

/** The results of a run that has ended, and the place of a pass over them. */
export interface FoundResults {
  /** `directory` is the pass's own, `<directory of the run>reprocess/<pass>/`. */
  readonly run: RunReference;
  /** Directory of the run. */
  readonly of: string;
  readonly manifest: string;
  readonly handlerName: string;
  readonly deadlineMs: number;
  readonly timing: AcceptedRun['timing'];
  readonly searchAttributes?: AcceptedRun['searchAttributes'];
  /** Object that names the result files and processing ranges. */
  readonly settledUri: string;
  readonly ranges: number;
  readonly results: SettledPart['results'];
}

export interface FinishReprocessInput extends GuardedInput {
  readonly run: RunReference;
  /** All but the manifest's own URI. */
  readonly result: BatchResult;
  readonly settledUri: string;
  readonly handler: HandlerReference;
  /** Manifest of the run. */
  readonly reprocessed: string;
}
