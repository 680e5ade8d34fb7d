import type { AcceptedValidation } from './accepted-validation';

/** A request after its check: complete, with durations in milliseconds. Recorded in history by the first activity. */
export interface AcceptedRequest {
  readonly project: string;
  readonly location: string;
  /** `publishers/google/models/M` or `projects/P/locations/L/models/ID` */
  readonly model: string;
  /** Empty where `adopt` leaves it to the job. */
  readonly input: readonly string[];
  /** Below which the run has its directory: `gs://bucket/prefix/`, with a slash at the end. */
  readonly output: string;
  /** Absent unless jobs write to BigQuery: `bq://project[.dataset[.table]]`. */
  readonly outputTable?: string;
  /** Absent unless results, errors or dead letters are loaded into a table. */
  readonly resultsTable?: string;
  readonly errorsTable?: string;
  readonly deadLettersTable?: string;
  readonly keyField: string | null;
  readonly handler: { readonly name: string; readonly taskQueue: string | null } | null;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly minAnsweredShare: number | null;
  /** Absent unless it is set, so that runs from before the field look the same. */
  readonly maxCostUsd?: number;
  readonly paused: { readonly policy: 'wait' | 'cancel' | 'fail'; readonly deadlineMs: number };
  readonly deadlines: {
    readonly queuedMs: number;
    readonly runningMs: number;
    readonly cancellingMs: number;
    readonly runMs: number;
  };
  /** Absent unless the run starts from a job of somebody else's. */
  readonly adopt?: { readonly job: string };
  /** Absent while all of it is default, so that runs from before the field look the same; see `validationOf`. */
  readonly validate?: AcceptedValidation;
  /** Rows of a first job; absent unless it is set. */
  readonly canary?: number;
  readonly concurrentJobs: number;
  readonly onUnknown: 'hold' | 'resubmit';
  readonly listingLagMs: number;
  readonly rounds: number;
  /** Absent unless it is set, so that runs from before the field look the same. */
  readonly allowEmptyInput?: true;
  readonly rerun: number;
}

/** What every activity of a run needs to find its place. */
export interface RunReference {
  /** `gs://…/<workflow id>/<8 hex>/` */
  readonly directory: string;
  /** 32 hex digits: hash of namespace, workflow id and rerun. */
  readonly key: string;
  /** Run id of the execution's first run: the same after a reset, another in a new execution. */
  readonly execution: string;
}
