import type { RunReference } from '../../src/domain/accepted-request';
import type { ObjectStore } from '../../src/gateways/object-store';
import { dataObject } from '../../src/rows/commits';
import { hashOf } from '../../src/rows/hash64';
import type { Plan } from '../../src/rows/plan';
import { QuarantineWriter } from '../../src/rows/quarantine';
import { emptyRowIndex } from '../../src/rows/row-index';

/** A row of the caller's input, as it stands in the file. */
export type InputRow = Readonly<Record<string, unknown>>;

export const RUN: RunReference = {
  directory: 'gs://bucket/out/run/0123abcd/',
  key: '0123abcd0123abcd0123abcd0123abcd',
  execution: 'first-run-id',
};

export interface PlannedPartOptions {
  /** The caller's key field; null where he gave none. @default 'id' */
  readonly keyField?: string | null;
  /** The input is not there any more as the plan found it. @default false */
  readonly inputChanged?: boolean;
  /** Why a row is taken out; `undefined` for one that is sent. */
  readonly problemOf?: (row: number) => string | undefined;
  /** Rows whose metadata are left to the input. */
  readonly metadataInInput?: (row: number) => boolean;
}

/** Writes input, index and plan of one part, as planning would, and gives the plan's URI. */
export async function planPart(
  store: ObjectStore,
  rows: readonly InputRow[],
  {
    keyField = 'id',
    metadataInInput = () => false,
    inputChanged = false,
    problemOf = () => undefined,
  }: PlannedPartOptions = {},
): Promise<string> {
  const lines = rows.map((row) => JSON.stringify(row));
  const input = await store.write('gs://bucket/in.jsonl', lines.map((line) => `${line}\n`).join(''));
  const { index, bytes } = emptyRowIndex(rows.length);
  const keys: string[] = [];
  let keyOffset = 0;
  let byte = 0;
  rows.forEach((row, number) => {
    const key = keyField === null ? '' : String(row[keyField]);
    const kept = Object.entries(row).filter(([field]) => field !== 'request' && field !== keyField);
    const metadata = metadataInInput(number)
      ? 'null'
      : kept.length === 0
        ? ''
        : JSON.stringify(Object.fromEntries(kept));
    index.keyHash[number] = hashOf(key);
    index.byte[number] = byte;
    index.file[number] = 0;
    index.line[number] = number + 1;
    index.length[number] = Buffer.byteLength(lines[number]!);
    index.keyOffset[number] = keyOffset;
    index.keyLength[number] = Buffer.byteLength(key);
    keys.push(key, metadata);
    keyOffset += Buffer.byteLength(key + metadata);
    byte += Buffer.byteLength(lines[number]!) + 1;
  });
  const indexObject = dataObject(await store.write(`${RUN.directory}index/part-1`, bytes), rows.length);
  const keyFile = dataObject(await store.write(`${RUN.directory}index/part-1-keys`, keys.join('')), rows.length);
  const quarantine = new QuarantineWriter(store, `${RUN.directory}index/part-1`);
  for (const [number, row] of rows.entries()) {
    const problem = problemOf(number);
    const key = keyField === null ? `0:${number + 1}` : String(row[keyField]);
    if (problem !== undefined) await quarantine.add(number, key, { uri: input.uri, line: number + 1 }, problem);
  }
  const plan: Plan = {
    version: 1,
    digest: 'digest',
    execution: RUN.execution,
    rows: rows.length,
    bytes: input.size,
    errors: 0,
    warnings: 0,
    repaired: {},
    validationUri: null,
    sources: [inputChanged ? { ...input, generation: '404', crc32c: 'AAAAAA==' } : input],
    keys: {
      field: keyField,
      mode: keyField === null ? 'staged' : 'brought',
      outputKeyField: keyField ?? 'key',
      stagedBecause: null,
    },
    parts: [
      {
        part: 1,
        rows: rows.length,
        bytes: input.size,
        asItLies: true,
        uris: [input.uri],
        index: indexObject,
        keyFile,
        quarantine: await quarantine.close(),
      },
    ],
  };
  const planUri = `${RUN.directory}plan.json`;
  await store.write(planUri, JSON.stringify(plan));
  return planUri;
}
