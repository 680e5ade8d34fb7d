import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore, StoredObject } from '../gateways/object-store';
import { type CallOptions, type DataObject, dataObject, nonce } from './commits';

/** Objects that Cloud Storage joins in one call. */
const COMPOSE_LIMIT = 32;
const MAX_TRIES = 5;

/** A data object as the store takes it. */
function storedObject({ uri, generation, bytes, crc32c }: DataObject): StoredObject {
  return { uri, generation, size: bytes, crc32c, updated: '' };
}

/** Joins any number of objects in order, in steps, into one whose name begins with `prefix`; a single one is given back. */
export async function joinObjects(
  store: ObjectStore,
  objects: readonly [DataObject, ...DataObject[]],
  prefix: string,
  options: CallOptions,
): Promise<DataObject> {
  let level: readonly DataObject[] = objects;
  while (level.length > 1) {
    const next: DataObject[] = [];
    for (let at = 0; at < level.length; at += COMPOSE_LIMIT) {
      next.push(await joinOnce(store, level.slice(at, at + COMPOSE_LIMIT), `${prefix}-${nonce()}.jsonl`, options));
    }
    level = next;
  }
  return level[0] ?? objects[0];
}

async function joinOnce(store: ObjectStore, objects: readonly DataObject[], uri: string, options: CallOptions) {
  const [only] = objects;
  if (only !== undefined && objects.length === 1) return only;
  const joined = await store.compose(objects.map(storedObject), uri, {
    ifGenerationMatch: 0,
    contentType: 'application/x-ndjson',
    ...options,
  });
  return dataObject(
    joined,
    objects.reduce((rows, object) => rows + object.rows, 0),
  );
}

/** Makes the object known under a lasting name, whatever stands there; the same content is left as it is. */
export async function publish(
  store: ObjectStore,
  object: DataObject,
  uri: string,
  options: CallOptions,
): Promise<DataObject> {
  for (let tries = 1; ; tries += 1) {
    const standing = await store.find(uri, options);
    if (standing?.size === object.bytes && standing.crc32c === object.crc32c) return dataObject(standing, object.rows);
    try {
      const ifGenerationMatch = standing?.generation ?? 0;
      const copied = await store.copy(storedObject(object), uri, { ifGenerationMatch, ...options });
      return dataObject(copied, object.rows);
    } catch (error) {
      if (!isGatewayError(error, 'precondition') || tries === MAX_TRIES) throw error;
    }
  }
}
