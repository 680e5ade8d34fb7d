import { randomBytes } from 'node:crypto';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore, StoredObject } from '../gateways/object-store';

/** A data object as a commit record names it. */
export interface DataObject {
  readonly uri: string;
  readonly generation: string;
  readonly bytes: number;
  readonly rows: number;
  readonly crc32c: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** A part of an object's name that no other attempt has. */
export function nonce(): string {
  return randomBytes(8).toString('hex');
}

/** A written object as a record names it. */
export function dataObject(object: StoredObject, rows: number): DataObject {
  return { uri: object.uri, generation: object.generation, bytes: object.size, rows, crc32c: object.crc32c };
}

/**
 * Writes a record unless one stands there, and gives the one that counts: of several attempts exactly one record wins,
 * and what no record names doesn't exist. Of two that say the same each may be told that its own stands: whoever must
 * know which one it was writes something into it that is its own.
 */
export async function commitOnce<Content>(
  store: ObjectStore,
  uri: string,
  content: Content,
  options: CallOptions = {},
): Promise<{ readonly record: Content; readonly adopted: boolean }> {
  try {
    await store.write(uri, JSON.stringify(content), {
      ifGenerationMatch: 0,
      contentType: 'application/json',
      ...options,
    });
    return { record: content, adopted: false };
  } catch (error) {
    if (!isGatewayError(error, 'precondition')) throw error;
    return { record: await readJson<Content>(store, uri, options), adopted: true };
  }
}

/** The record that stands at `uri`, or `undefined`. */
export async function findRecord<Content>(
  store: ObjectStore,
  uri: string,
  options: CallOptions = {},
): Promise<Content | undefined> {
  try {
    return await readJson<Content>(store, uri, options);
  } catch (error) {
    if (isGatewayError(error, 'not-found')) return undefined;
    throw error;
  }
}

/** Content of an object that this program wrote as JSON. */
export async function readJson<Content>(store: ObjectStore, uri: string, options: CallOptions = {}): Promise<Content> {
  const content = await readWhole(store, uri, options);
  try {
    return JSON.parse(content.toString('utf8')) as Content;
  } catch (error) {
    throw new Error(`${uri} is not the JSON that was written there: ${(error as Error).message}`, { cause: error });
  }
}

/** All bytes of a small object, or of a piece of one. */
export async function readWhole(
  store: ObjectStore,
  uri: string,
  options: CallOptions & { readonly generation?: string; readonly from?: number; readonly to?: number } = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(uri, options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads an object into arrays, one behind the other, that have room for just its bytes. */
export async function readInto(
  store: ObjectStore,
  { uri, generation }: Pick<DataObject, 'uri' | 'generation'>,
  arrays: readonly NodeJS.TypedArray[],
  options: CallOptions = {},
): Promise<void> {
  const targets = arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  const room = targets.reduce((sum, { length }) => sum + length, 0);
  let read = 0;
  let [target, filled] = [0, 0];
  for await (const chunk of store.read(uri, { generation, reuseMemory: true, ...options })) {
    read += chunk.length;
    for (let taken = 0; taken < chunk.length && target < targets.length;) {
      const copied = chunk.copy(targets[target]!, filled, taken);
      taken += copied;
      filled += copied;
      if (filled === targets[target]!.length) [target, filled] = [target + 1, 0];
    }
  }
  if (read !== room) throw new Error(`${uri} has ${read} bytes, ${room} were written there`);
}
