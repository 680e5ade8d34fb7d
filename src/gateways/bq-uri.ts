import { GatewayError } from './gateway-error';

/** Where a table lies. */
export interface TableLocation {
  readonly project: string;
  readonly dataset: string;
  readonly table: string;
}

/** Projects of a domain have a colon in their ids: `example.com:acme`. */
const URI =
  /^bq:\/\/((?:[a-z0-9.-]+:)?[a-z0-9-]+)\.([A-Za-z0-9_]{1,1024})\.([\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024})$/u;
const OUTPUT_URI =
  /^bq:\/\/((?:[a-z0-9.-]+:)?[a-z0-9-]+)(?:\.([A-Za-z0-9_]{1,1024})(?:\.([\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,900}))?)?$/u;
/** As Google's protocol definition of a BigQuery source has it. */
const MAX_LENGTH = 2000;

/** A project, a dataset of it, or a name of a table in that; null for what isn't named. */
export interface OutputLocation {
  readonly project: string;
  readonly dataset: string | null;
  readonly table: string | null;
}

/** @throws {GatewayError} `invalid-request` for anything but `bq://project.dataset.table` */
export function parseTableUri(uri: string): TableLocation {
  const [, project, dataset, table] = uri.length > MAX_LENGTH ? [] : (URI.exec(uri) ?? []);
  if (project !== undefined && dataset !== undefined && table !== undefined) return { project, dataset, table };
  throw new GatewayError('invalid-request', `URI must name a table, bq://project.dataset.table, got "${uri}".`, {
    effect: 'never-sent',
  });
}

/** Whether {@link parseTableUri} takes it. */
export function isTableUri(uri: string): boolean {
  return isTaken(parseTableUri, uri);
}

/** @throws {GatewayError} `invalid-request` for anything but `bq://project[.dataset[.table]]`, with room for more in the table's name */
export function parseOutputTableUri(uri: string): OutputLocation {
  const [, project, dataset = null, table = null] = OUTPUT_URI.exec(uri) ?? [];
  if (project !== undefined) return { project, dataset, table };
  throw new GatewayError(
    'invalid-request',
    `URI must be bq://project, bq://project.dataset or bq://project.dataset.table, got "${uri}".`,
    { effect: 'never-sent' },
  );
}

/** Whether {@link parseOutputTableUri} takes it. */
export function isOutputTableUri(uri: string): boolean {
  return isTaken(parseOutputTableUri, uri);
}

function isTaken(parse: (uri: string) => unknown, uri: string): boolean {
  try {
    parse(uri);
    return true;
  } catch {
    return false;
  }
}

/** @throws {GatewayError} `invalid-request` for anything but `bq://project.dataset` */
export function parseDatasetUri(uri: string): { readonly project: string; readonly dataset: string } {
  const { project, dataset, table } = parseOutputTableUri(uri);
  if (dataset !== null && table === null) return { project, dataset };
  throw new GatewayError('invalid-request', `URI must name a dataset, bq://project.dataset, got "${uri}".`, {
    effect: 'never-sent',
  });
}

export function toTableUri({ project, dataset, table }: TableLocation): string {
  return `bq://${project}.${dataset}.${table}`;
}
