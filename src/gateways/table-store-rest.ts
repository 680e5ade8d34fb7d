import { linesOfRows } from '../schemas/table-line';
import { fromDatasetResource, fromListedRows, fromTableResource } from '../schemas/table-resource';
import { parseDatasetUri, parseTableUri, type TableLocation } from './bq-uri';
import { BIGQUERY, parseEndpoint, type Endpoint } from './endpoint';
import { GatewayError, isGatewayError, type GatewayErrorKind } from './gateway-error';
import { GoogleRest, notTheApi, type RestCall } from './google-rest';
import { giveBack } from './given-back';
import { Patience, type PatienceOptions } from './patience';
import { TablePageScanner } from './table-page-scanner';
import type {
  Cell,
  ReadLinesOptions,
  ReadRowsOptions,
  RowRange,
  StoredDataset,
  StoredTable,
  TableLines,
  TableStore,
} from './table-store';
import type { CallOptions } from './vertex-jobs';
import type { RestGatewayOptions } from './rest-gateway-options';

/** Once its head is there. */
type PageBytes = Promise<AsyncIterable<Uint8Array>>;

/** A page has up to 10 MB of rows, or one row of up to 100 MB, by the service's own measure; JSON takes more. */
const ANSWER_LIMIT_BYTES = 256 * 1024 * 1024;
const PAGE_TIMEOUT_MS = 120_000;
const ANSWERS_AT_A_TIME = 4;

export type TableStoreRestOptions = RestGatewayOptions & PatienceOptions;

/** {@link TableStore} over the REST API, v2: three reading calls, for which the official client would be 60 packages. */
export class TableStoreRest implements TableStore {
  readonly #endpoint: Endpoint;
  readonly #rest: GoogleRest;
  readonly #patience: Patience;
  #idleScanner: TablePageScanner | undefined;

  /** @throws {GatewayError} `invalid-request` for an endpoint that may not see credentials */
  constructor({ tokens, endpoint, fetch, observe, trustedHosts, ...patience }: TableStoreRestOptions) {
    this.#endpoint = endpoint === undefined ? BIGQUERY : parseEndpoint(endpoint, trustedHosts);
    this.#rest = new GoogleRest({
      ...{ tokens, fetch, observe, service: 'tables' },
      ...{ remedies: REMEDIES, answerLimitBytes: ANSWER_LIMIT_BYTES },
    });
    this.#patience = new Patience(patience);
  }

  async find(uri: string, options: CallOptions = {}): Promise<StoredTable | undefined> {
    const resource = await this.#find(uri, tablePath(parseTableUri(uri)), options);
    return resource === undefined ? undefined : fromTableResource(resource);
  }

  async findDataset(uri: string, options: CallOptions = {}): Promise<StoredDataset | undefined> {
    const { project, dataset } = parseDatasetUri(uri);
    // who has which role on it takes another right to see
    const path = `projects/${encodeURIComponent(project)}/datasets/${dataset}?datasetView=METADATA`;
    const resource = await this.#find(uri, path, options);
    return resource === undefined ? undefined : fromDatasetResource(resource);
  }

  /** Pages go on by index and not by token, so that a page that has to be read again is the same one. */
  async *readRows(
    uri: string,
    { from, to, columns, ...options }: ReadRowsOptions,
  ): AsyncGenerator<readonly (readonly Cell[])[]> {
    const action = readingAction(uri, { from, to });
    for (let next = from; next < to;) {
      const rows = fromListedRows(await this.#get(action, pagePath(uri, { from: next, to, columns }), options));
      if (rows.length === 0) throw shrunk(uri, next, to);
      if (rows.length > to - next) throw tooManyRows(action);
      yield rows;
      next += rows.length;
    }
  }

  /** Answers that are asked for ahead wait in the buffers of their connections. */
  async *readLines(
    table: StoredTable,
    ranges: Iterable<RowRange>,
    options: ReadLinesOptions = {},
  ): AsyncGenerator<TableLines> {
    if (!TablePageScanner.canScan(options.columns ?? table.columns)) {
      for (const range of ranges) yield* this.#parsedLines(table, { ...range, ...options });
      return;
    }
    const nobodyReads = new AbortController();
    const signal = AbortSignal.any([nobodyReads.signal, ...(options.signal ? [options.signal] : [])]);
    const call = { ...options, signal };
    const scanner = this.#idleScanner ?? new TablePageScanner();
    this.#idleScanner = undefined;
    try {
      const begin = (range: RowRange) => ({ range, page: this.#begin(table.uri, { ...range, ...call }) });
      for (const { range, page } of begunAhead(ranges, ANSWERS_AT_A_TIME, begin))
        yield* this.#scannedLines(scanner, table, page, { ...range, ...call });
    } finally {
      nobodyReads.abort();
      this.#idleScanner = scanner;
    }
  }

  /** A page is scanned as it comes; a row that the scanner doesn't take is parsed. */
  async *#scannedLines(
    scanner: TablePageScanner,
    table: StoredTable,
    firstPage: PageBytes,
    options: ReadRowsOptions,
  ): AsyncGenerator<TableLines> {
    const { to } = options;
    let page: PageBytes | undefined = firstPage;
    for (let next = options.from, failures = 0; next < to;) {
      const before = next;
      page ??= this.#begin(table.uri, { ...options, from: next });
      try {
        for await (const scanned of scanPage(scanner, table, await page, { ...options, from: next })) {
          next += scanned.rows;
          failures = 0;
          yield scanned;
        }
      } catch (error) {
        failures += 1;
        await this.#patience.afterFailure(error, failures, options.signal);
        continue;
      } finally {
        page = undefined;
      }
      if (next > before) continue;
      yield* this.#parsedLines(table, { ...options, from: next, to: next + 1 });
      next += 1;
    }
  }

  async *#parsedLines({ uri, columns }: StoredTable, options: ReadRowsOptions): AsyncGenerator<TableLines> {
    const toLines = linesOfRows(options.columns ?? columns);
    for await (const page of this.readRows(uri, options)) yield toLines(page);
  }

  /** Asks for a page. */
  #begin(uri: string, { signal, timeoutMs = PAGE_TIMEOUT_MS, ...range }: ReadRowsOptions): PageBytes {
    const call = this.#call(readingAction(uri, range), pagePath(uri, range));
    const page = this.#rest.open(call, { timeoutMs, ...(signal && { signal }) });
    // it is awaited in its turn; until then its failure has nobody
    page.catch(() => undefined);
    return page;
  }

  async #find(uri: string, path: string, options: CallOptions): Promise<unknown> {
    try {
      return await this.#get(`find ${uri}`, path, options);
    } catch (error) {
      if (isGatewayError(error, 'not-found')) return undefined;
      throw error;
    }
  }

  #get(action: string, path: string, { signal, timeoutMs = PAGE_TIMEOUT_MS }: CallOptions): Promise<unknown> {
    const call = this.#call(action, path);
    return this.#patience.retry(() => this.#rest.call(call, { timeoutMs, ...(signal && { signal }) }), signal);
  }

  #call(action: string, path: string): RestCall {
    return { action, endpoint: this.#endpoint, method: 'GET', path: `/bigquery/v2/${path}` };
  }
}

/** The rows of a page that the scanner takes. */
async function* scanPage(
  scanner: TablePageScanner,
  { uri, columns }: StoredTable,
  page: AsyncIterable<Uint8Array>,
  range: ReadRowsOptions,
): AsyncGenerator<TableLines> {
  let rows = 0;
  scanner.beginPage(range.columns ?? columns);
  const checked = function* (scanned: Iterable<TableLines>): Generator<TableLines> {
    for (const lines of scanned) {
      rows += lines.rows;
      if (rows > range.to - range.from) throw tooManyRows(readingAction(uri, range));
      yield lines;
    }
  };
  for await (const bytes of page) {
    yield* checked(scanner.add(bytes));
    giveBack(bytes);
    if (scanner.isOdd) return;
  }
  yield* checked(scanner.end());
}

/** What `begin` makes of each, in their order; some are begun before their turn. */
function* begunAhead<Item, Begun>(
  items: Iterable<Item>,
  most: number,
  begin: (item: Item) => Begun,
): Generator<Begun, void, undefined> {
  const waiting: Begun[] = [];
  for (const item of items) {
    waiting.push(begin(item));
    if (waiting.length === most) yield waiting.shift()!;
  }
  yield* waiting;
}

const REMEDIES: Readonly<Record<GatewayErrorKind, string>> = {
  unavailable: 'the service could not answer.',
  quota: 'too many requests, or a quota is used up.',
  unauthenticated: 'the credentials were not accepted. Check Application Default Credentials.',
  permission: "permission denied. Grant roles/bigquery.dataViewer on the dataset to the worker's service account.",
  'not-found': 'not found. Check project, dataset and table.',
  precondition: 'the state of the table does not allow it.',
  'invalid-request': 'the request was refused as invalid.',
};

function tablePath({ project, dataset, table }: TableLocation): string {
  return `projects/${encodeURIComponent(project)}/datasets/${dataset}/tables/${encodeURIComponent(table)}`;
}

function readingAction(uri: string, { from, to }: RowRange): string {
  return `read rows ${from} to ${to} of ${uri}`;
}

function pagePath(uri: string, { from, to, columns }: ReadRowsOptions): string {
  const query = new URLSearchParams({
    startIndex: String(from),
    maxResults: String(to - from),
    'formatOptions.timestampOutputFormat': 'ISO8601_STRING',
    prettyPrint: 'false',
    ...(columns && { selectedFields: columns.map(({ name }) => name).join(',') }),
  });
  return `${tablePath(parseTableUri(uri))}/data?${query.toString()}`;
}

function tooManyRows(action: string): GatewayError {
  return notTheApi(action, 'the page has more rows than were asked for');
}

function shrunk(uri: string, row: number, to: number): GatewayError {
  return new GatewayError('precondition', `Cannot read row ${row} of ${uri}: the table has fewer than ${to} rows now.`);
}
