import type { BatchReasonType } from '../../messages';

/** An attempt that keeps failing comes back as `stuck`, so that the run can say so; the workflow calls again with `stuck: true`. */
export type Guarded<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | {
      readonly kind: 'stuck';
      readonly type: BatchReasonType | 'HandlerFailing';
      readonly message: string;
    };

export interface GuardedInput {
  /** The run already shows that this call is stuck: report nothing more, return at the first success. */
  readonly stuck?: boolean;
}
