import { parseJson } from './google-error';
import { parseGsUri, toGsUri } from './gs-uri';
import type { StoredObject } from './object-store';
import type { StorageConnection } from './storage-connection';
import { brokenStorage, type StorageAct } from './storage-failure';
import { bucketPath, fromObjectResource, OBJECT_FIELDS, objectPath } from './storage-resource';

const PAGE_SIZE = 1000;

/** A page of a listing. */
interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** Undefined after the last page. */
  readonly nextPageToken: string | undefined;
}

/** The live version of an object. */
export async function findObject(
  connection: StorageConnection,
  act: StorageAct,
  signal?: AbortSignal,
): Promise<StoredObject> {
  const url = `${objectPath(act.uri)}?${new URLSearchParams({ fields: OBJECT_FIELDS }).toString()}`;
  const answer = await connection.exchange({ act, method: 'GET', url, signal });
  return fromObjectResource(act, parseJson(answer.text));
}

/** The live objects behind a page token, or the first ones. */
export async function listPage(
  connection: StorageConnection,
  act: StorageAct,
  pageToken: string | undefined,
  signal?: AbortSignal,
): Promise<ObjectPage> {
  const query = new URLSearchParams({
    prefix: parseGsUri(act.uri).name,
    maxResults: String(PAGE_SIZE),
    fields: `items(${OBJECT_FIELDS}),nextPageToken`,
    ...(pageToken !== undefined && { pageToken }),
  });
  const url = `${bucketPath(act.uri)}?${query.toString()}`;
  const answer = await connection.exchange({ act, method: 'GET', url, signal });
  return pageIn(act, parseJson(answer.text));
}

/** Fails with `not-found` where there is nothing to delete. */
export async function deleteObject(connection: StorageConnection, act: StorageAct): Promise<void> {
  const answer = await connection.exchange({ act, method: 'DELETE', url: objectPath(act.uri) });
  if (answer.text !== '') throw brokenStorage(act, new Error('the answer is not that of a delete'));
}

/** A listing without objects is `{}`; what else has none, such as a proxy's page, must not pass for an empty one. */
function pageIn(act: StorageAct, json: unknown): ObjectPage {
  const isListing = typeof json === 'object' && json !== null && !Array.isArray(json);
  const { items = [], nextPageToken } = (isListing ? json : { items: null }) as Record<string, unknown>;
  if (!Array.isArray(items)) throw brokenStorage(act, new Error('the answer is not a listing'));
  const prefix = toGsUri(parseGsUri(act.uri));
  const objects = items.map((item) => fromObjectResource(act, item));
  const stranger = objects.find(({ uri }) => !uri.startsWith(prefix));
  // what is listed may be deleted next
  if (stranger) throw brokenStorage(act, new Error(`the answer names ${stranger.uri}, which was not asked for`));
  return {
    objects,
    nextPageToken: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : undefined,
  };
}
