import type { RunReference } from '../../domain/accepted-request';
import type { VertexJob } from '../../gateways/vertex-jobs';
import type { BatchReasonType } from '../../messages';
import type { GuardedInput } from './guarded';

export interface AdoptionInput extends GuardedInput {
  readonly run: RunReference;
  readonly project: string;
  readonly location: string;
  /** As the request names it. */
  readonly job: string;
  /** What the request says that the job reads; empty where it leaves that to the job. */
  readonly input: readonly string[];
  /** Of the request, or its workspace: who adopted a job that writes a table is noted there. Left out by earlier versions. */
  readonly output?: string;
}

export interface AdoptedJob {
  readonly job: VertexJob;
  /** What it reads. */
  readonly inputUris: readonly string[];
  /** `gs://bucket/prefix/` below which its output directory lies, perhaps beside those of other jobs; or `bq://project[.dataset[.table]]`. */
  readonly outputUri: string;
}

/** `<run key>-p<part>-r<round>-a<attempt>`: name of the claim, label, end of the display name, output prefix. */
export interface ClaimReference {
  readonly part: number;
  readonly round: number;
  readonly attempt: number;
}

export interface SubmitJobInput {
  readonly run: RunReference;
  readonly project: string;
  readonly location: string;
  readonly claim: ClaimReference;
  /** Digest of what is sent, noted in the claim. */
  readonly digest: string;
  readonly model: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly inputUris: readonly string[];
  /** `bq://project[.dataset[.table]]`, where the job writes a table. @default it writes files */
  readonly outputTable?: string;
  /** Bound of the POST, below the attempt's own. */
  readonly requestTimeoutMs: number;
  /** Tell what stands, and create nothing. */
  readonly onlyStanding: boolean;
  /** Take a claim that doesn't stand and give it up at once, so that an attempt that comes late can't. */
  readonly seal: boolean;
}

/** What stands beside a claim once it is decided. */
export type ClaimOutcome =
  | { readonly kind: 'job'; readonly name: string }
  | { readonly kind: 'refused'; readonly type: BatchReasonType; readonly message: string; readonly mayPass: boolean }
  | { readonly kind: 'abandoned'; readonly by: string };

export type SubmittedJob =
  | { readonly kind: 'created'; readonly job: VertexJob }
  /** Nothing was sent: a look at what stands, or the claim, failed in a way that may pass. */
  | {
      readonly kind: 'not-tried';
      readonly type: BatchReasonType;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  /** The service said no, or was not reached: nothing was created. The next claim may try where `mayPass`. */
  | {
      readonly kind: 'refused';
      readonly type: BatchReasonType;
      readonly message: string;
      readonly mayPass: boolean;
      readonly retryAfterMs: number | null;
    }
  /** The answer to the POST is lost, or the claim is another's and has no outcome yet. */
  | { readonly kind: 'unknown'; readonly claimedAt: string; readonly message: string }
  | {
      readonly kind: 'standing';
      readonly claimedAt: string;
      readonly outcome: ClaimOutcome;
      readonly job: VertexJob | null;
    }
  /** No such claim stands, and `onlyStanding` forbade to take it. */
  | { readonly kind: 'nothing-stands' }
  /** A job of this claim exists, though this bucket knows nothing of it. */
  | { readonly kind: 'taken'; readonly job: VertexJob };

export interface LookForJobInput extends GuardedInput {
  readonly run: RunReference;
  readonly project: string;
  readonly location: string;
  readonly claim: ClaimReference;
  /** Don't note what is found: a look for doubles. */
  readonly onlyLook?: boolean;
}

export interface LookedForJob {
  /** Every job that carries the claim's label, confirmed by a get; more than one only if the service doubled a request. */
  readonly jobs: readonly VertexJob[];
  readonly outcome: ClaimOutcome | null;
}

export interface DecideClaimInput extends GuardedInput {
  readonly run: RunReference;
  readonly claim: ClaimReference;
  readonly decision:
    | { readonly kind: 'adopt'; readonly name: string }
    | { readonly kind: 'abandon'; readonly by: string };
}

export type DecidedClaim =
  | { readonly kind: 'adopted'; readonly job: VertexJob }
  | { readonly kind: 'abandoned' }
  /** The claim had been decided otherwise before. */
  | { readonly kind: 'standing'; readonly outcome: ClaimOutcome; readonly job: VertexJob | null }
  | { readonly kind: 'no-such-job'; readonly message: string };

export interface AwaitChangeInput extends GuardedInput {
  readonly job: string;
  readonly known: {
    readonly state: string;
    /** Quarters of the rows that are done, 0 to 4. */
    readonly step: number;
    /** RFC 3339: since when the run knows the state. */
    readonly since: string;
  };
  readonly rows: number;
  /** Return at the first look, changed or not. */
  readonly once?: boolean;
}

export interface ObservedJob {
  /** null: the service has no such job any more. */
  readonly job: VertexJob | null;
  readonly checkedAt: string;
}

export interface CancelJobInput extends GuardedInput {
  readonly job: string;
}

export interface CancelledJob {
  /** `already-ended` also when the service says that it can't be cancelled any more. */
  readonly kind: 'accepted' | 'already-ended' | 'gone';
}
