import type { TableColumn } from '../bigquery/table-schema';
import { readLines } from '../json-lines';
import type { EchoBehaviour, InputBehaviour } from '../scenario';
import type { BlobStore } from '../storage/blob-store';
import { echoOf, extraKeysOf } from './echo';
import type { Column } from './import-schema';
import { importInput } from './input-index';
import type { Block } from './input-index';
import { isBlank, rowText } from './input-row';
import { OWN_COLUMNS } from './job-input';
import type { ImportedInput, InputBlock, JobInput } from './job-input';
import { locate } from './object-uri';

interface FileInputOptions {
  readonly store: BlobStore;
  readonly uris: readonly string[];
  readonly input: InputBehaviour;
  readonly echo: EchoBehaviour;
}

/** JSON lines in Cloud Storage. */
export function fileInput({ store, uris, input, echo }: FileInputOptions): JobInput {
  return {
    locate() {
      for (const uri of uris) locate(store, uri);
    },
    async import() {
      const { blocks, rows, columns } = await importInput(store, uris, input);
      return imported(
        rows,
        blocks.map((block) => inputBlock(store, block)),
        columns,
        echo,
      );
    },
  };
}

function imported(rows: number, blocks: readonly InputBlock[], columns: Column, echo: EchoBehaviour): ImportedInput {
  return {
    rows,
    blocks,
    echo: (row) => ({
      request: echoOf(row['request'] ?? null, columns.child('request'), echo),
      extra: extraKeysOf(row, columns, echo),
    }),
    columns: [
      ...(echo.extraKeys === false ? [] : extraColumns(columns)),
      { name: 'request', type: 'JSON', mode: 'NULLABLE' },
    ],
  };
}

function inputBlock(store: BlobStore, block: Block): InputBlock {
  return {
    firstRow: block.firstRow,
    async *read() {
      for await (const { bytes } of readLines(store.read(block.blob, block))) {
        if (!isBlank(bytes)) yield rowText(bytes);
      }
    },
  };
}

/** Which types a table gets for them nobody has published. */
function extraColumns(columns: Column): TableColumn[] {
  const names = columns.names.filter((name) => name !== 'request' && !OWN_COLUMNS.includes(name));
  return names.map((name) => ({ name, type: typeOf(columns.child(name)), mode: 'NULLABLE' }));
}

function typeOf(column: Column | undefined): TableColumn['type'] {
  switch (column?.singleKind) {
    case 'string':
      return 'STRING';
    case 'number':
      return 'FLOAT';
    case 'boolean':
      return 'BOOLEAN';
    default:
      return 'JSON';
  }
}
