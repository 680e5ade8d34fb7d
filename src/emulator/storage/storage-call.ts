import type { BlobStore, Preconditions } from './blob-store';
import { fieldsOf, selectFields } from './partial-response';
import { bucketNotFound, forbidden, invalid, requiredParameter, StorageError } from './storage-error';
import { isDenied } from '../access';
import type { Scenario } from '../scenario';
import type { ResumableUploads } from './resumable-uploads';

/** A request on its way to a handler, with what the handler may touch. */
export interface StorageCall {
  readonly request: Request;
  readonly query: URLSearchParams;
  /** The decoded parts of the path that the route names. */
  readonly path: Readonly<Record<string, string>>;
  /** Where links in answers point to, without a slash at the end. */
  readonly origin: string;
  readonly blobs: BlobStore;
  readonly uploads: ResumableUploads;
  readonly now: () => Date;
  readonly listingLagMs: (bucket: string, name: string) => number;
  readonly deniedPermissions: ReadonlySet<string>;
  readonly scenario: Scenario;
  readonly projectNumber: string;
}

export type StorageHandler = (call: StorageCall) => Response | Promise<Response>;

/** An answer in JSON, cut down to the `fields` that were asked for. */
export function jsonResponse(call: StorageCall, body: unknown, headers: Record<string, string> = {}): Response {
  const fields = call.query.get('fields');
  return Response.json(fields ? selectFields(body, fieldsOf(fields)) : body, { headers });
}

/** @throws {StorageError} 404 for an unknown bucket */
export function bucketOf(call: StorageCall, key = 'bucket'): string {
  const bucket = call.path[key] ?? '';
  if (!call.blobs.hasBucket(bucket)) throw bucketNotFound();
  return bucket;
}

/** @throws {StorageError} 403 for what the scenario doesn't let the caller do */
export function assertAllowed(call: Pick<StorageCall, 'scenario'>, permission: string): void {
  if (isDenied(call.scenario, permission)) throw forbidden(permission);
}

export function requiredQuery(call: StorageCall, name: string): string {
  const value = call.query.get(name);
  if (!value) throw requiredParameter(name);
  return value;
}

export function integerQuery(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    const where = { locationType: 'parameter', location: name } as const;
    throw new StorageError(400, 'invalidParameter', `Invalid value '${text}' for '${name}'.`, where);
  }
  return Number(text);
}

/** @param prefix `ifSource` for the conditions on a copy's source */
export function preconditionsOf(query: URLSearchParams, prefix = 'if'): Preconditions {
  return { ...matchesOf(query, prefix), ...notMatchesOf(query, prefix) };
}

/** The conditions whose failure is a 412 everywhere. */
export function matchesOf(query: URLSearchParams, prefix = 'if'): Preconditions {
  const ifGenerationMatch = integerQuery(query, `${prefix}GenerationMatch`);
  const ifMetagenerationMatch = integerQuery(query, `${prefix}MetagenerationMatch`);
  return {
    ...(ifGenerationMatch === undefined ? {} : { ifGenerationMatch }),
    ...(ifMetagenerationMatch === undefined ? {} : { ifMetagenerationMatch }),
  };
}

/** The conditions whose failure is a 304 on reads. */
export function notMatchesOf(query: URLSearchParams, prefix = 'if'): Preconditions {
  const ifGenerationNotMatch = integerQuery(query, `${prefix}GenerationNotMatch`);
  const ifMetagenerationNotMatch = integerQuery(query, `${prefix}MetagenerationNotMatch`);
  return {
    ...(ifGenerationNotMatch === undefined ? {} : { ifGenerationNotMatch }),
    ...(ifMetagenerationNotMatch === undefined ? {} : { ifMetagenerationNotMatch }),
  };
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body of a request; an empty one is `{}`. */
export async function jsonBodyOf(request: Request): Promise<JsonObject> {
  return parseJsonObject(await request.text());
}

export function parseJsonObject(text: string): JsonObject {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StorageError(400, 'parseError', 'Parse Error');
  }
  if (!isJsonObject(value)) throw new StorageError(400, 'parseError', 'Parse Error');
  return value;
}

/** The bytes of a request as they arrive. */
export async function* bytesOf(request: Request): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  try {
    yield* request.body;
  } catch {
    throw invalid('The request body broke off before its end.');
  }
}
