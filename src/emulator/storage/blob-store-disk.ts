import { join } from 'node:path';

import { DiskJournal } from '../disk-journal';
import type { BlobEvent } from './blob-journal';
import type { Blob, Bucket } from './blob-store';
import { DiskPieceStore } from './piece-store-disk';
import { VersionedBlobStore } from './versioned-blob-store';
import type { BlobStoreOptions } from './versioned-blob-store';

const DATES = new Set(['timeCreated', 'updated', 'timeDeleted']);

/** Contents as files under a directory, descriptions in a journal beside them; a store opened there again goes on. */
export class DiskBlobStore extends VersionedBlobStore {
  constructor(directory: string, options?: BlobStoreOptions) {
    const pieces = new DiskPieceStore(join(directory, 'contents'));
    const journal = new DiskJournal(join(directory, 'journal.jsonl'), eventOf);
    super(pieces, options);
    for (const event of journal.events()) this.replay(event);
    pieces.keepOnly((id) => this.holdsPiece(id));
    journal.replace(this.history());
    this.record(journal);
  }
}

function eventOf(line: string): BlobEvent {
  const event: BlobEvent = JSON.parse(line);
  if (event.type === 'bucket-created') return { ...event, bucket: withDates(event.bucket) };
  return 'blob' in event ? { ...event, blob: withDates(event.blob) } : event;
}

/** JSON has made strings of the dates. */
function withDates<T extends Bucket | Blob>(record: T): T {
  const dates = Object.entries(record).filter(([key]) => DATES.has(key));
  return { ...record, ...Object.fromEntries(dates.map(([key, date]) => [key, new Date(date)])) };
}
