import type { Blob, Bucket } from './blob-store';
import type { Piece } from './piece-store';

/** What changes a store; its state is the sum of them. */
export type BlobEvent =
  | { readonly type: 'bucket-created'; readonly bucket: Bucket }
  | { readonly type: 'bucket-deleted'; readonly bucket: string }
  | { readonly type: 'stored'; readonly blob: Blob; readonly pieces: readonly Piece[] }
  | { readonly type: 'patched'; readonly blob: Blob }
  | { readonly type: 'deleted'; readonly bucket: string; readonly name: string; readonly generation?: number };

/** Where events are written before they count. */
export interface BlobJournal {
  append(event: BlobEvent): void;
}
