import type { RunReference } from '../../domain/accepted-request';
import type { VertexJob } from '../../gateways/vertex-jobs';
import type { RowBooks, TokenUsage } from '../../messages';
import type { GuardedInput } from './guarded';
import type { ClaimReference } from './jobs';
import type { HandlerReference } from './request';

export interface FindOutputsInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly claim: ClaimReference;
  readonly job: VertexJob;
  /** Prefix below which a job writes that isn't the claim's own, or the table, dataset or project. @default the claim's prefix */
  readonly outputUri?: string;
  /** `bq://project[.dataset[.table]]` of a run whose jobs write tables. @default they write files */
  readonly outputTable?: string;
  /** For how long files that must be there may be missing from a listing, in milliseconds. @default 0 */
  readonly listingLagMs?: number;
  readonly handler: HandlerReference | null;
  /** The part's share of the ranges that fit into a history. @default 500 */
  readonly maximumRanges?: number;
}

export interface FoundOutputs {
  /** Object with `Outputs`. */
  readonly outputsUri: string;
  readonly files: number;
  readonly bytes: number;
  readonly ranges: number;
}

export interface CollectRangeInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly outputsUri: string;
  readonly part: number;
  readonly round: number;
  readonly range: number;
  readonly handler: HandlerReference | null;
}

export interface CollectedRange {
  readonly rows: number;
  readonly answered: number;
  readonly blocked: number;
  readonly failed: number;
}

export interface SettlePartInput extends GuardedInput {
  readonly run: RunReference;
  readonly planUri: string;
  readonly part: number;
  readonly rounds: readonly {
    readonly round: number;
    readonly outputsUri: string | null;
    readonly job: VertexJob;
  }[];
  readonly handler: HandlerReference | null;
  /** The one that was asked for: its price counts where answers name none. Left out by earlier versions. */
  readonly model?: string;
  /** Also let retryable rows go, and write results, errors and dead letters. */
  readonly final: boolean;
  /** The part's share of the ranges that fit into a history. @default 500 */
  readonly maximumRanges?: number;
}

export interface SettledPart {
  readonly books: RowBooks;
  /** Failed and missing rows for which another round makes sense. */
  readonly retryable: number;
  /** Object that lists them. */
  readonly retryRowsUri: string | null;
  readonly usage: TokenUsage;
  /** These three are left out by earlier versions. */
  readonly usageByModel?: Readonly<Record<string, TokenUsage>>;
  readonly finishReasons?: Readonly<Record<string, number>>;
  /** Of all rounds so far; null where a price isn't known. */
  readonly cost?: { readonly microsUsd: number; readonly priceTable: string } | null;
  readonly duplicates: number;
  readonly strangers: number;
  /** `24 × RESOURCE_EXHAUSTED (retryable)`, most frequent first, at most ten. */
  readonly reasons: readonly string[];
  /** What doesn't add up; empty when the books balance. */
  readonly imbalances: readonly string[];
  /** Set when `final`. Object that names the result files and processing ranges. */
  readonly settledUri: string | null;
  readonly processRanges: number;
  readonly results: { readonly files: number; readonly rows: number; readonly bytes: number };
  /** Of this part alone: of several, the run makes one file when it is finished. */
  readonly errorsUri: string | null;
  readonly deadLettersUri: string | null;
}
