import { join } from 'node:path';

import { DiskJournal } from '../disk-journal';
import { DiskPieceStore } from '../storage/piece-store-disk';
import { Catalog } from './catalog';
import type { CatalogEvent } from './catalog-journal';

/** Rows as files under a directory, descriptions in a journal beside them; a catalog opened there again goes on. */
export function openDiskCatalog(directory: string, now: () => number): Catalog {
  const pieces = new DiskPieceStore(join(directory, 'contents'));
  const journal = new DiskJournal<CatalogEvent>(join(directory, 'journal.jsonl'));
  const catalog = new Catalog({ now, pieces });
  for (const event of journal.events()) catalog.replay(event);
  pieces.keepOnly((id) => catalog.pieces.has(id));
  journal.replace(catalog.history());
  catalog.record(journal);
  return catalog;
}
