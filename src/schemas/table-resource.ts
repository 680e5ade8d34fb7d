import { z } from 'zod';
import { toTableUri } from '../gateways/bq-uri';
import { GatewayError } from '../gateways/gateway-error';
import type { Cell, StoredDataset, StoredTable, TableColumn } from '../gateways/table-store';

const count = z.union([z.string().regex(/^\d+$/), z.number()]).transform(Number);

const column = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.enum(['NULLABLE', 'REQUIRED', 'REPEATED']).catch('NULLABLE'),
});

/** `Table` of BigQuery's API, v2, as far as it is used. A view has no counts. */
const table = z.object({
  tableReference: z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() }),
  type: z.string(),
  schema: z.object({ fields: z.array(column).default([]) }).default({ fields: [] }),
  numRows: count.default(0),
  numBytes: count.default(0),
  lastModifiedTime: z.union([z.string(), z.number()]).transform(String),
  location: z.string(),
  expirationTime: count.optional(),
  streamingBuffer: z.object({ estimatedRows: count.default(0) }).optional(),
});

/** @throws {GatewayError} `unavailable` for what is no table */
export function fromTableResource(resource: unknown): StoredTable {
  const parsed = table.safeParse(resource);
  if (!parsed.success) throw unreadable(`no table: ${z.prettifyError(parsed.error)}`);
  const { tableReference, type, schema, numRows, numBytes, lastModifiedTime, location } = parsed.data;
  const { expirationTime = null, streamingBuffer } = parsed.data;
  const { projectId: project, datasetId: dataset, tableId } = tableReference;
  return {
    uri: toTableUri({ project, dataset, table: tableId }),
    type,
    columns: schema.fields satisfies readonly TableColumn[],
    rows: numRows,
    bytes: numBytes,
    lastModified: lastModifiedTime,
    location,
    expires: expirationTime,
    isStreaming: streamingBuffer !== undefined,
  };
}

const dataset = z.object({ location: z.string() });

/** @throws {GatewayError} `unavailable` for what is no dataset */
export function fromDatasetResource(resource: unknown): StoredDataset {
  const parsed = dataset.safeParse(resource);
  if (parsed.success) return parsed.data;
  throw unreadable(`no dataset: ${z.prettifyError(parsed.error)}`);
}

/** The rows of a page, by hand: there may be a hundred thousand. @throws {GatewayError} `unavailable` for what is no page */
export function fromListedRows(page: unknown): readonly (readonly Cell[])[] {
  const rows = (page as { readonly rows?: unknown } | null)?.rows ?? [];
  if (!Array.isArray(rows)) throw unreadable('no page of rows');
  return rows.map(cellsOf);
}

function cellsOf(row: unknown): readonly Cell[] {
  const cells = (row as { readonly f?: unknown } | null)?.f;
  if (!Array.isArray(cells)) throw unreadable('no row');
  return cells.map((cell) => (cell as { readonly v?: Cell } | null)?.v ?? null);
}

function unreadable(what: string): GatewayError {
  return new GatewayError('unavailable', `BigQuery's answer is ${what}.`);
}
