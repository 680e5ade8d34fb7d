import type { Logger } from '@temporalio/common';
import type { ObjectStore } from '../gateways/object-store';

/** What an activity knows of the attempt that it runs in; `createBatchActivities` takes it from Temporal's context, tests make one. */
export interface Attempt {
  /** Aborted when the activity is cancelled or the worker shuts down. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Milliseconds since the epoch by Temporal's clock: a worker's own may be hours off. */
  now(): number;
  /** Milliseconds since the activity was scheduled first, by the same clock: what its earlier attempts took is in it. */
  waited(): number;
  /** Says that the attempt is alive; throttled by the SDK, so it may be called often. */
  heartbeat(): void;
}

/** The gateway that activities on rows need. */
export interface RowGateways {
  readonly store: ObjectStore;
}
