import type { AcceptedRequest, RunReference } from '../../domain/accepted-request';
import type { SearchAttribute } from '../../domain/search-attributes';
import type { BatchProgress } from '../../messages';

export interface AcceptRequestInput {
  readonly request: unknown;
  readonly execution: string;
  /** RFC 3339; only of a run that a Schedule started. */
  readonly scheduledTime?: string;
}

export interface AcceptedRun {
  readonly request: AcceptedRequest;
  readonly run: RunReference;
  /** Hashes of the accepted request: what a second starter of the id must agree on. */
  readonly fingerprint: NonNullable<BatchProgress['request']>;
  readonly handler: {
    readonly name: string;
    readonly taskQueue: string | null;
    readonly version: string;
    readonly hasSchema: boolean;
  } | null;
  /** Bounds that the worker's configuration sets, recorded so that a replay has them. */
  readonly timing: {
    readonly submitMs: number;
    readonly heartbeatMs: number;
    readonly lookIntervalMs: number;
    /** For how long the handler's task queue may take nothing. @default ten minutes */
    readonly handlerQueueMs?: number;
  };
  /** Those that the run sets: the worker is told to, and the namespace knows them. @default none */
  readonly searchAttributes?: readonly SearchAttribute[];
}

export interface HandlerReference {
  readonly name: string;
  readonly version: string;
}

export interface FindHandlerInput {
  readonly name: string;
}

export interface FoundHandler extends HandlerReference {
  readonly hasSchema: boolean;
}
