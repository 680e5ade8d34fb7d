import type { Blob, BlobStore } from '../emulator';
import { parseObjectUri, wildcardExpression, type ObjectUri } from '../emulator/vertex/object-uri';

/** Writes rows as one object of JSONL; a string is written as the line that it is. */
export async function writeRows(
  store: BlobStore,
  uri: string,
  rows: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<void> {
  const { bucket, name } = locationOf(uri);
  if (name === '' || name.endsWith('/'))
    throw new TypeError(`put needs the URI of an object, gs://bucket/name, got "${uri}"`);
  if (typeof rows === 'string')
    throw new TypeError(`put takes a list of rows, got a text of ${rows.length} characters for ${uri}`);
  store.createBucket(bucket);
  await store.write(bucket, name, linesOf(rows));
}

/** Rows of every object that the URI names, in the order of the objects' names. */
export async function readRows<Row>(store: BlobStore, uri: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const blob of blobsAt(store, uri)) {
    const lines = (await textOf(store, blob)).split('\n');
    lines.forEach((line, index) => {
      if (line !== '') rows.push(parsed(line, `gs://${blob.bucket}/${blob.name}`, index + 1) as Row);
    });
  }
  return rows;
}

async function* linesOf(rows: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let line = 0;
  for await (const row of rows) {
    line += 1;
    const text = typeof row === 'string' ? row : JSON.stringify(row);
    if (text === undefined) throw new TypeError(`row ${line} must be a value that JSON can hold, got ${String(row)}`);
    yield Buffer.from(`${text}\n`);
  }
}

function blobsAt(store: BlobStore, uri: string): Blob[] {
  const { bucket, name } = locationOf(uri);
  if (!store.hasBucket(bucket)) throw new Error(`${uri} doesn't exist: nothing was ever written to gs://${bucket}`);
  const exact = store.get(bucket, name);
  if (exact !== undefined) return [exact];
  const expression = wildcardExpression(name === '' || name.endsWith('/') ? `${name}**` : name);
  const stored = [...store.list(bucket)];
  const found = stored.filter((blob) => expression.test(blob.name));
  if (found.length === 0) throw new Error(`${uri} doesn't exist; gs://${bucket} has ${someOf(stored)}`);
  return found;
}

const NAMES_SHOWN = 20;

function someOf(blobs: readonly Blob[]): string {
  const names = blobs.slice(0, NAMES_SHOWN).map(({ name }) => name);
  const more = blobs.length - names.length;
  return names.length === 0 ? 'no objects' : `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function textOf(store: BlobStore, blob: Blob): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(blob)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(line: string, uri: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`${uri} isn't JSONL: line ${number}: ${(error as Error).message}`, { cause: error });
  }
}

function locationOf(uri: string): ObjectUri {
  const location = parseObjectUri(uri);
  if (location !== undefined) return location;
  throw new TypeError(`URI must be gs://bucket/name, got "${uri}"`);
}
