import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import type { BlobEvent } from './blob-journal';
import type { Blob, Bucket } from './blob-store';
import { DiskPieceStore } from './piece-store-disk';
import { VersionedBlobStore } from './versioned-blob-store';
import type { BlobStoreOptions } from './versioned-blob-store';

const DATES = new Set(['timeCreated', 'updated', 'timeDeleted']);

/** Contents as files under a directory, descriptions in a journal beside them; a store opened there again goes on. */
export class DiskBlobStore extends VersionedBlobStore {
  constructor(directory: string, options?: BlobStoreOptions) {
    const contents = join(directory, 'contents');
    const journal = join(directory, 'journal.jsonl');
    mkdirSync(directory, { recursive: true });
    super(new DiskPieceStore(contents), options);
    for (const event of eventsOf(journal)) this.replay(event);
    for (const id of readdirSync(contents)) {
      if (!this.holdsPiece(id)) rmSync(join(contents, id));
    }
    replaceJournal(journal, this.history());
    this.record({ append: (event) => appendFileSync(journal, lineOf(event)) });
  }
}

function lineOf(event: BlobEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** What stands behind the last line break was being written when the process died, and never counted. */
function eventsOf(journal: string): BlobEvent[] {
  if (!existsSync(journal)) return [];
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map(eventOf);
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

function replaceJournal(journal: string, events: Iterable<BlobEvent>): void {
  const fresh = `${journal}.new`;
  writeFileSync(fresh, '');
  for (const event of events) appendFileSync(fresh, lineOf(event));
  renameSync(fresh, journal);
}
