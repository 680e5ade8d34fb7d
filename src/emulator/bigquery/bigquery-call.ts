import type { EmulatorClock } from '../clock';
import type { Scenario } from '../scenario';
import type { BlobStore } from '../storage/blob-store';
import { invalid } from './bigquery-error';
import type { Catalog, DatasetName, TableName } from './catalog';
import type { BigQueryJobs } from './jobs';

/** What all calls may touch. */
export interface BigQueryService {
  readonly catalog: Catalog;
  readonly jobs: BigQueryJobs;
  readonly blobs: BlobStore;
  readonly clock: EmulatorClock;
  readonly scenario: () => Scenario;
}

/** A request on its way to a handler. */
export interface BigQueryCall extends BigQueryService {
  readonly request: Request;
  readonly query: URLSearchParams;
  /** The decoded parts of the path that the route names. */
  readonly path: Readonly<Record<string, string>>;
  /** The service's address as the caller wrote it, without a slash at the end. */
  readonly base: string;
}

export type BigQueryHandler = (call: BigQueryCall) => Response | Promise<Response>;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws {BigQueryError} 400 for a body that is no JSON object */
export async function jsonBodyOf(request: Request): Promise<JsonObject> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw invalid('Invalid JSON payload received.');
  }
  if (!isJsonObject(body)) throw invalid('Invalid JSON payload received.');
  return body;
}

export function datasetOf({ path }: BigQueryCall): DatasetName {
  return { project: path['project'] ?? '', dataset: path['dataset'] ?? '' };
}

export function tableOf(call: BigQueryCall): TableName {
  return { ...datasetOf(call), table: call.path['table'] ?? '' };
}

/** A parameter that is a whole number. @throws {BigQueryError} 400 */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalid(`Invalid value at '${name}' (TYPE_UINT64), "${text}"`, name);
  return Number(text);
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string | undefined;
}

/** One page of a list, by `maxResults` and `pageToken`. */
export function pageOf<Item>(all: readonly Item[], query: URLSearchParams): Page<Item> {
  const from = positionOf(query.get('pageToken'));
  const to = from + (integerOf(query, 'maxResults') || 50);
  return { items: all.slice(from, to), nextPageToken: to < all.length ? tokenOf(to) : undefined };
}

export function tokenOf(position: number): string {
  return Buffer.from(JSON.stringify([position])).toString('base64url');
}

/** @throws {BigQueryError} 400 for a token that isn't one of ours */
export function positionOf(token: string | null): number {
  if (token === null || token === '') return 0;
  try {
    const [position] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof position === 'number') return position;
  } catch {
    // Not one of ours.
  }
  throw invalid('Invalid page token', 'pageToken');
}
