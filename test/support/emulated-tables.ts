import { parseTableUri } from '../../src/gateways/bq-uri';
import type { TableToMake } from './table-store-contract';

/** Something that answers as BigQuery does. */
interface BigQueryLike {
  fetch(request: Request): Promise<Response>;
}

/** Columns of a table of prompts: a key, the request, and a field that is the caller's. */
export const PROMPT_COLUMNS = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'request', type: 'JSON', mode: 'NULLABLE' },
  { name: 'score', type: 'INTEGER', mode: 'NULLABLE' },
] as const satisfies TableToMake['columns'];

/** Makes tables in an emulator, by BigQuery's own calls. */
export class EmulatedTables {
  readonly #server: BigQueryLike;
  readonly #url: string;

  constructor(server: BigQueryLike, url = 'http://emulator.test') {
    this.#server = server;
    this.#url = url;
  }

  /** `access`: entries as the API has them; by default those that every dataset gets. */
  async addDataset(
    projectId: string,
    datasetId: string,
    location = 'us-central1',
    access?: readonly object[],
  ): Promise<void> {
    const datasetReference = { projectId, datasetId };
    await this.#call('POST', `projects/${projectId}/datasets`, { datasetReference, location, access });
  }

  /** Makes a table, or another of that name; its dataset must be there. */
  async put(
    uri: string,
    { columns, rows, type = 'TABLE', expires, timePartitioning }: TableToMake & { readonly timePartitioning?: object },
  ): Promise<void> {
    const { project, dataset, table } = parseTableUri(uri);
    const tables = `projects/${project}/datasets/${dataset}/tables`;
    await this.#call('DELETE', `${tables}/${table}`).catch(() => undefined);
    const view = type === 'VIEW' ? { view: { query: 'SELECT 1 AS n' } } : {};
    const about = { ...view, ...(expires !== undefined && { expirationTime: String(expires) }), timePartitioning };
    await this.#call('POST', tables, { tableReference: { tableId: table }, schema: { fields: columns }, ...about });
    const json = rows.map((cells) => ({ json: Object.fromEntries(columns.map(({ name }, i) => [name, cells[i]])) }));
    if (json.length > 0) await this.#call('POST', `${tables}/${table}/insertAll`, { rows: json });
  }

  async #call(method: string, path: string, body?: object): Promise<void> {
    const response = await this.#server.fetch(
      new Request(`${this.#url}/bigquery/v2/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const { insertErrors } = response.status === 204 ? {} : ((await response.json()) as { insertErrors?: unknown });
    if (insertErrors !== undefined) throw new Error(`${method} ${path}: ${JSON.stringify(insertErrors)}`);
  }
}

/** Makes a dataset with a table of these prompts, and gives its URI. */
export async function putPromptTable(
  server: BigQueryLike,
  rows: readonly { readonly key: string; readonly request: object }[],
): Promise<string> {
  const uri = 'bq://acme.d.prompts';
  const tables = new EmulatedTables(server);
  await tables.addDataset('acme', 'd');
  const cells = rows.map(({ key, request }) => [key, JSON.stringify(request), '1']);
  await tables.put(uri, { columns: PROMPT_COLUMNS, rows: cells });
  return uri;
}
