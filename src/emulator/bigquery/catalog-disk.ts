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

import { DiskPieceStore } from '../storage/piece-store-disk';
import { Catalog } from './catalog';
import type { CatalogEvent } from './catalog-journal';

/** Rows as files under a directory, descriptions in a journal beside them; a catalog opened there again goes on. */
export function openDiskCatalog(directory: string, now: () => number): Catalog {
  const contents = join(directory, 'contents');
  const journal = join(directory, 'journal.jsonl');
  mkdirSync(directory, { recursive: true });
  const catalog = new Catalog({ now, pieces: new DiskPieceStore(contents) });
  for (const event of eventsOf(journal)) catalog.replay(event);
  for (const id of readdirSync(contents)) {
    if (!catalog.pieces.has(id)) rmSync(join(contents, id));
  }
  replaceJournal(journal, catalog.history());
  catalog.record({ append: (event) => appendFileSync(journal, lineOf(event)) });
  return catalog;
}

function lineOf(event: CatalogEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** What stands behind the last line break was being written when the process died, and never counted. */
function eventsOf(journal: string): CatalogEvent[] {
  if (!existsSync(journal)) return [];
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as CatalogEvent);
}

function replaceJournal(journal: string, events: Iterable<CatalogEvent>): void {
  const fresh = `${journal}.new`;
  writeFileSync(fresh, '');
  for (const event of events) appendFileSync(fresh, lineOf(event));
  renameSync(fresh, journal);
}
