import { fromBase64Crc32c, joinCrc32c, toBase64Crc32c } from '../rows/crc32c';
import { GatewayError } from './gateway-error';
import { parseJson } from './google-error';
import { parseObjectUri } from './gs-uri';
import type { StoredObject, WriteOptions } from './object-store';
import type { StorageConnection, StorageRequest } from './storage-connection';
import { brokenStorage, type StorageAct } from './storage-failure';
import { fromObjectResource, objectPath, resourceOf } from './storage-resource';

const COMPOSE_LIMIT = 32;

/** @throws {GatewayError} `invalid-request` for a number or a mixture of sources that Cloud Storage doesn't join */
export function assertComposable(act: StorageAct, sources: readonly StoredObject[]): void {
  const { bucket } = parseObjectUri(act.uri);
  const stranger = sources.find((source) => parseObjectUri(source.uri).bucket !== bucket);
  if (sources.length >= 1 && sources.length <= COMPOSE_LIMIT && !stranger) return;
  const why = stranger
    ? `sources must lie in the bucket ${bucket}, got ${stranger.uri}`
    : `sources must be 1 to ${COMPOSE_LIMIT} objects, got ${sources.length}`;
  throw new GatewayError('invalid-request', `Cannot compose ${act.uri}: ${why}.`, { effect: 'never-sent' });
}

/** Size and checksum of objects joined in order. */
export function contentOf(sources: readonly StoredObject[]): Pick<StoredObject, 'size' | 'crc32c'> {
  const size = sources.reduce((sum, source) => sum + source.size, 0);
  const crc = sources.reduce(
    (joined, source) => joinCrc32c(joined, fromBase64Crc32c(source.crc32c) ?? 0, source.size),
    0,
  );
  return { size, crc32c: toBase64Crc32c(crc) };
}

/** Joins objects on the server; the sources are the versions that were given. */
export async function composeObjects(
  connection: StorageConnection,
  act: StorageAct,
  sources: readonly StoredObject[],
  options: WriteOptions,
): Promise<StoredObject> {
  const sourceObjects = sources.map(({ uri, generation }) => ({ name: parseObjectUri(uri).name, generation }));
  const url = `${objectPath(act.uri)}/compose?${preconditionOf(options)}`;
  const body = { sourceObjects, destination: resourceOf(options) };
  const answer = await connection.exchange(jsonPost(act, url, body, options));
  return fromObjectResource(act, parseJson(answer.text));
}

/** Copies on the server, in as many requests as it takes; each carries the precondition. */
export async function copyObject(
  connection: StorageConnection,
  act: StorageAct,
  source: StoredObject,
  options: WriteOptions,
): Promise<StoredObject> {
  const to = parseObjectUri(act.uri);
  const path = `${objectPath(source.uri)}/rewriteTo/b/${to.bucket}/o/${encodeURIComponent(to.name)}`;
  const query = `sourceGeneration=${source.generation}&${preconditionOf(options)}`;
  // Without a body the metadata of the source is copied too.
  const body = options.contentType === undefined && options.metadata === undefined ? undefined : resourceOf(options);
  let token = '';
  for (;;) {
    const url = `${path}?${query}${token && `&rewriteToken=${encodeURIComponent(token)}`}`;
    const answer = await connection.exchange(jsonPost(act, url, body, options));
    const rewrite = parseJson(answer.text) as
      | { done?: unknown; rewriteToken?: unknown; resource?: unknown }
      | undefined;
    if (rewrite?.done === true) return fromObjectResource(act, rewrite.resource);
    if (typeof rewrite?.rewriteToken !== 'string')
      throw brokenStorage(act, new Error('the answer is not a rewrite response'));
    token = rewrite.rewriteToken;
  }
}

function jsonPost(act: StorageAct, url: string, body: unknown, { signal }: WriteOptions): StorageRequest {
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  return { act, method: 'POST', url, headers: { 'content-type': 'application/json' }, body: bytes, signal };
}

function preconditionOf({ ifGenerationMatch }: WriteOptions): string {
  return ifGenerationMatch === undefined ? '' : `ifGenerationMatch=${ifGenerationMatch}`;
}
