import type { Call } from './scenario';

/** One API call as the emulator saw it. */
export interface RecordedCall {
  readonly call: Call;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** When it came, in emulated milliseconds since 1970. */
  readonly at: number;
  /** The HTTP status of the answer, or how the connection ended without one; `undefined` while under way. */
  readonly status: number | 'reset' | 'stall' | undefined;
}

const KEPT_CALLS = 20_000;

/** The last calls, the oldest first. */
export class CallLog {
  #calls: RecordedCall[] = [];

  begin(call: Omit<RecordedCall, 'status'>): (status: NonNullable<RecordedCall['status']>) => void {
    const recorded = { ...call, status: undefined as RecordedCall['status'] };
    this.#calls.push(recorded);
    if (this.#calls.length > 2 * KEPT_CALLS) this.#calls = this.#calls.slice(-KEPT_CALLS);
    return (status) => {
      recorded.status = status;
    };
  }

  all(): readonly RecordedCall[] {
    return this.#calls.slice(-KEPT_CALLS);
  }
}

const BIGQUERY_PATH = /^(?:\/bigquery\/v2)?\/projects\/[^/]+\/((?:datasets|jobs|queries)(?:\/.*)?)$/;

/** Which call of the services a request is, by method and path alone. */
export function callOf(method: string, url: URL): Call {
  if (url.pathname.includes('/storage/v1')) return storageCallOf(method, url);
  const bigQuery = BIGQUERY_PATH.exec(url.pathname)?.[1];
  if (bigQuery !== undefined) return bigQueryCallOf(method, bigQuery);
  if (/\/operations\/[^/]+$/.test(url.pathname)) return 'operation';
  if (/\/models\/[^/]+$/.test(url.pathname)) return 'model';
  if (/\/projects\/[^/]+$/.test(url.pathname)) return 'project';
  const path = /\/batchPredictionJobs(\/[^/]+)?$/.exec(url.pathname);
  if (path === null) return 'unknown';
  if (path[1] === undefined) return method === 'POST' ? 'create' : 'list';
  if (method === 'POST' && path[1].endsWith(':cancel')) return 'cancel';
  return method === 'DELETE' ? 'delete' : 'get';
}

function storageCallOf(method: string, url: URL): Call {
  const path = url.pathname;
  if (path.includes('/upload/storage/v1')) return 'storage.write';
  if (path.includes('/download/storage/v1') || url.searchParams.get('alt') === 'media') return 'storage.read';
  const object = /\/b\/[^/]+\/o(\/.+)?$/.exec(path);
  if (method === 'GET' && object !== null) return object[1] === undefined ? 'storage.list' : 'storage.get';
  if (method === 'DELETE' && object?.[1] !== undefined) return 'storage.delete';
  if (method === 'POST' && /\/(compose|rewriteTo\/.+|copyTo\/.+)$/.test(path)) return 'storage.write';
  return 'storage.other';
}

/** @param path what follows the project */
function bigQueryCallOf(method: string, path: string): Call {
  if (path.startsWith('queries')) return 'bigquery.query';
  if (path.startsWith('jobs')) {
    if (path === 'jobs') return method === 'POST' ? 'bigquery.load' : 'bigquery.list';
    return method === 'GET' ? 'bigquery.job' : 'bigquery.other';
  }
  if (path.endsWith('/data')) return 'bigquery.read';
  if (path.endsWith('/insertAll')) return 'bigquery.insert';
  if (method !== 'GET') return path.endsWith(':testIamPermissions') ? 'bigquery.other' : 'bigquery.write';
  return /^datasets$|\/tables$/.test(path) ? 'bigquery.list' : 'bigquery.get';
}
