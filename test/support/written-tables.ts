import { faultTable } from './fault-page';
import { statementTable } from './page-statements';
import { stateTable } from './state-page';

/** Tables in the pages that are written from the data of tests, by page. */
export const WRITTEN_TABLES: Readonly<Record<string, () => string>> = {
  'docs/faults.md': faultTable,
  'docs/states.md': stateTable,
  'docs/statements.md': statementTable,
};

const BETWEEN = /(<!-- written by npm run pages -->\n\n)[^]*?(\n\n<!-- end -->)/;

/** A page with its table as the data have it now. */
export function withTable(page: string, text: string): string {
  return text.replace(BETWEEN, (_, begin: string, end: string) => `${begin}${WRITTEN_TABLES[page]!()}${end}`);
}
