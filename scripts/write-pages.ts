import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTable, WRITTEN_TABLES } from '../test/support/written-tables';

for (const page of Object.keys(WRITTEN_TABLES)) {
  const path = join(__dirname, '..', page);
  writeFileSync(path, withTable(page, readFileSync(path, 'utf8')));
}
