const SCHEME = 'bq://';

/** Whether a URI is of something in BigQuery, whole or not. */
export function isInBigQuery(uri: string): boolean {
  return uri.startsWith(SCHEME);
}

/** `project.dataset.table`, as SQL has it. */
export function nameInBigQuery(uri: string): string {
  return uri.slice(SCHEME.length);
}
