import type { BatchReasonType } from '../messages';

/** What the caller did wrong, or must decide: trying again as things stand gives the same. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
  readonly type: BatchReasonType;

  constructor(type: BatchReasonType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }
}
