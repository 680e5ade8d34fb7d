import type { ObjectStore } from '../../gateways/object-store';
import type { TableColumn } from '../../gateways/table-store';
import type { CallOptions, DataObject } from '../commits';
import { readObjectLines } from '../object-lines';

/** As the service takes them in its input: names that its output has aren't among them. */
const COLUMN_NAME = /^(?!(?:response|status)$)[a-z_][a-z0-9_]{0,299}$/i;

/** A table that no other run has: it is to be the input of another one, with these rows and no others. */
export function deadLettersTableOf(deadLettersTable: string, runKey: string): string {
  return `${deadLettersTable}_${runKey}`;
}

/**
 * Columns that take rows as they were given, so that a job can read them there: each field that a column can be called after, as
 * text where it is text in every row, else as JSON. Of two names that differ in case alone the first is taken.
 */
export async function deadLetterColumns(
  store: ObjectStore,
  objects: readonly DataObject[],
  { heartbeat, ...options }: CallOptions & { readonly heartbeat: () => void },
): Promise<readonly TableColumn[]> {
  const columns = new Map<string, TableColumn>();
  for (const object of objects) {
    for await (const { content } of readObjectLines(store, object, options)) {
      heartbeat();
      if (content !== undefined) addRow(columns, JSON.parse(content.toString('utf8')) as object);
    }
  }
  return [...columns.values()];
}

function addRow(columns: Map<string, TableColumn>, row: object): void {
  for (const [name, value] of Object.entries(row)) {
    const known = columns.get(name.toLowerCase());
    if (value === null || !COLUMN_NAME.test(name) || (known !== undefined && known.name !== name)) continue;
    const isText = typeof value === 'string' && known?.type !== 'JSON';
    columns.set(name.toLowerCase(), { name, type: isText ? 'STRING' : 'JSON', mode: 'NULLABLE' });
  }
}
