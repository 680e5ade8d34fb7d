import type { StorageOptions } from '../gateways/open-store';

/** What a thread is made with. */
export interface ThreadData {
  /** Where Cloud Storage is; the thread gets credentials of its own. */
  readonly endpoints: NonNullable<StorageOptions['endpoints']>;
}

/** What a thread tells while it works. */
export type RangeNews =
  | { readonly kind: 'read'; readonly bytes: number }
  | { readonly kind: 'warning'; readonly text: string };
