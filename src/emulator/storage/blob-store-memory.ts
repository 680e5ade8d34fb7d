import { MemoryPieceStore } from './piece-store-memory';
import { VersionedBlobStore } from './versioned-blob-store';
import type { BlobStoreOptions } from './versioned-blob-store';

/** Everything in Buffers; gone with the process. */
export class MemoryBlobStore extends VersionedBlobStore {
  constructor(options?: BlobStoreOptions) {
    super(new MemoryPieceStore(), options);
  }
}
