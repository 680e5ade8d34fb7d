import { expect, it } from 'vitest';
import { readPage } from '../../support/markdown';
import { withTable, WRITTEN_TABLES } from '../../support/written-tables';

it.each(Object.keys(WRITTEN_TABLES))('%s has the table that is tested; npm run pages writes it', (page) => {
  expect(readPage(page)).toContain('<!-- written by npm run pages -->');
  expect(readPage(page)).toBe(withTable(page, readPage(page)));
});
