import type { BatchReason } from '../messages';

/** Ends the steps of a run early, with the reason that its result will carry. Never leaves the workflow. */
export class RunStopped extends Error {
  readonly reason: BatchReason;

  constructor(reason: BatchReason) {
    super(reason.message);
    this.reason = reason;
  }
}
