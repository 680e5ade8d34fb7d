/** The caller's handler threw; `cause` is what it threw. Nothing is written off: the call is to be made again. */
export class HandlerError extends Error {
  override readonly name = 'HandlerError';
  readonly handler: string;

  constructor(handler: string, rows: readonly { readonly key: string }[], cause: unknown) {
    const first = rows[0]?.key ?? '';
    const which =
      rows.length === 1 ? `row ${JSON.stringify(first)}` : `${rows.length} rows from ${JSON.stringify(first)} on`;
    super(`Handler ${handler} failed on ${which}: ${messageOf(cause)}`, { cause });
    this.handler = handler;
  }
}

/** What a thrown value says, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
