import type { Handler, HandlerRow } from '../define-handler';
import type { ResultRow } from '../rows/result-row';
import { type FittedOutput, fitOutput, isAsynchronous } from './fit-output';

/** A line of a result file as a handler sees it: decoded at the first look, its answer at the first look at `output`. */
export class LazyRow implements HandlerRow<unknown> {
  readonly #content: Buffer;
  readonly #handlerName: string;
  readonly #schema: Handler['schema'];
  #decoded: ResultRow | undefined;
  #fitted: FittedOutput | undefined;

  constructor(content: Buffer, handlerName: string, schema: Handler['schema']) {
    this.#content = content;
    this.#handlerName = handlerName;
    this.#schema = schema;
  }

  get key(): string {
    return this.#row.key;
  }

  get text(): string {
    return this.#row.text;
  }

  get output(): unknown {
    const fitted = this.fit();
    if (fitted instanceof Promise)
      throw new TypeError(`The schema of handler ${this.#handlerName} is asynchronous only at times`);
    if (fitted.kind === 'fits') return fitted.output;
    throw new Error(
      `The answer of row ${JSON.stringify(this.key)} no longer fits the schema of handler ${this.#handlerName}: ${fitted.why}. ` +
        `The schema changed under one version: take the change back, or give the handler another version, under which such rows are rejected.`,
    );
  }

  get metadata(): ResultRow['metadata'] {
    return this.#row.metadata;
  }

  get source(): ResultRow['source'] {
    return this.#row.source;
  }

  get finishReason(): string | null {
    return this.#row.finishReason;
  }

  get modelVersion(): string | null {
    return this.#row.modelVersion;
  }

  get usage(): ResultRow['usage'] {
    return this.#row.usage;
  }

  get response(): unknown {
    return this.#row.response;
  }

  /** What `JSON.stringify` and a logger show. */
  toJSON(): ResultRow {
    return this.#row;
  }

  /** Applies the schema once; a promise where the schema is asynchronous. */
  fit(): FittedOutput | Promise<FittedOutput> {
    if (this.#schema === null) return { kind: 'fits', output: undefined };
    if (this.#fitted !== undefined) return this.#fitted;
    const fitted = fitOutput(this.#handlerName, this.#schema, this.key, this.text);
    if (!(fitted instanceof Promise)) return (this.#fitted = fitted);
    return fitted.then((result) => (this.#fitted = result));
  }

  /** Whether `output` can't be read before {@link fit} was awaited, as far as is known. */
  get needsTime(): boolean {
    return this.#schema !== null && isAsynchronous(this.#schema) !== false;
  }

  get #row(): ResultRow {
    return (this.#decoded ??= JSON.parse(this.#content.toString('utf8')) as ResultRow);
  }
}

/** Applies an asynchronous schema before the rows are handed out, so that `output` can be read at once; others wait until it is. */
export async function decodeAhead(rows: readonly LazyRow[]): Promise<void> {
  for (const row of rows) {
    if (!row.needsTime) return;
    await row.fit();
  }
}

/** Rows that the schema takes, and the others with the reason. */
export async function partedByFit(rows: readonly LazyRow[]) {
  const fitting: LazyRow[] = [];
  const misfits: { readonly row: LazyRow; readonly why: string }[] = [];
  for (const row of rows) {
    const fitted = row.fit();
    const fit = fitted instanceof Promise ? await fitted : fitted;
    if (fit.kind === 'fits') fitting.push(row);
    else misfits.push({ row, why: fit.why });
  }
  return { fitting, misfits };
}
