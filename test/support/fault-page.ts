import { FAULTS, SORTS_OF_CALLS, type Ending, type FaultName } from './fault-table';
import { markdownTable } from './markdown-table';

const NAMES = {
  jobs: 'jobs',
  objects: 'objects',
  tables: 'tables',
  loads: 'load jobs',
  access: 'rights',
  tokens: 'access tokens',
} as const;

interface Column {
  readonly gateway: keyof typeof NAMES;
  readonly calls: string[];
  readonly cells: readonly string[];
}

/** The table of docs/faults.md: what goes wrong by row, calls that end alike by column. */
export function faultTable(): string {
  const columns = columnsOf();
  const head = ['the service', ...columns.map(({ gateway, calls }) => `${NAMES[gateway]}: ${calls.join(', ')}`)];
  const body = Object.keys(FAULTS).map((name, row) => [name, ...columns.map(({ cells }) => cells[row]!)]);
  return markdownTable([head, ...body]);
}

function columnsOf(): readonly Column[] {
  const columns: Column[] = [];
  for (const { gateway, calls, endings } of SORTS_OF_CALLS) {
    const cells = (Object.keys(FAULTS) as FaultName[]).map((name) => inWords(endings[name]));
    const alike = columns.find((column) => column.gateway === gateway && column.cells.join() === cells.join());
    if (alike) alike.calls.push(...calls);
    else columns.push({ gateway, calls: [...calls], cells });
  }
  return columns;
}

function inWords(ending: Ending): string {
  if (!('kind' in ending)) return ending.how === 'unharmed' ? 'is answered' : '';
  return ending.how === 'repeated' ? `again, then \`${ending.kind}\`` : `\`${ending.kind}\``;
}
