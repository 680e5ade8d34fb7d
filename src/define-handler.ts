import type { Logger } from '@temporalio/common';
import { nearestName } from './domain/nearest-name';
import type { TokenUsage } from './messages';
import type { RowSource } from './rows/part-index';
import type { StandardSchemaV1 } from './standard-schema';

/** An answered row. Fields are decoded when they are read. */
export interface HandlerRow<Output = undefined> {
  /** The caller's own key. */
  readonly key: string;
  /** Text parts of the first candidate, joined. */
  readonly text: string;
  /** The answer as the handler's schema gives it; `undefined` without a schema. */
  readonly output: Output;
  /** The input row's other top-level fields. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: RowSource;
  readonly finishReason: string | null;
  readonly modelVersion: string | null;
  readonly usage: TokenUsage | null;
  /** The service's own response, where `text` doesn't hold all of it. */
  readonly response: unknown;
}

export interface HandlerContext {
  readonly workflowId: string;
  /** Rows of this call may have been handed out before, by an attempt that ended without saying how far it came. */
  readonly mayRepeat: boolean;
  /** Aborted when the run is cancelled or the worker shuts down. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Gives one row of this call up: it is listed in `rejected.jsonl` and never handed out again. */
  readonly reject: (row: HandlerRow<unknown>, reason: string) => void;
}

export interface HandlerDefinition<Output> {
  /** Any Standard Schema. An answer that doesn't fit is a failed row and doesn't come here. */
  readonly schema?: StandardSchemaV1<unknown, Output>;
  /** Rows a call, at most. @default 100 */
  readonly batchSize?: number;
  /** Calls at a time in one worker. @default 4 */
  readonly concurrency?: number;
  /** `isolate` narrows a batch that keeps failing down to the row at fault and rejects it. @default 'retry' */
  readonly onError?: 'retry' | 'isolate';
  /** Names the schema: under another version, answers are collected anew. @default '1' */
  readonly version?: string;
  /** Called at least once for each key, and awaited. Returning is the checkpoint; what it throws is retried. */
  handle(rows: readonly HandlerRow<Output>[], context: HandlerContext): unknown;
}

/** What {@link defineHandler} gives: the definition, checked and complete. */
export interface Handler<Output = unknown> {
  readonly schema: StandardSchemaV1<unknown, Output> | null;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly onError: 'retry' | 'isolate';
  readonly version: string;
  handle(rows: readonly HandlerRow<Output>[], context: HandlerContext): unknown;
}

/** Handlers by the name that requests use. */
export type Handlers = Readonly<Record<string, Handler>>;

const FIELDS = ['schema', 'batchSize', 'concurrency', 'onError', 'version', 'handle'];

/**
 * The code that answered rows are given to.
 * @throws {TypeError} naming the field, its value and what it should be
 */
export function defineHandler<Output = undefined>(definition: HandlerDefinition<Output>): Handler<Output> {
  checkFields(definition);
  const { schema, batchSize = 100, concurrency = 4, onError = 'retry', version = '1' } = definition;
  checkCount('batchSize', batchSize);
  checkCount('concurrency', concurrency);
  if (onError !== 'retry' && onError !== 'isolate') {
    throw new TypeError(`onError must be 'retry' or 'isolate', got ${JSON.stringify(onError)}`);
  }
  if (typeof version !== 'string' || !/^[\w.-]{1,40}$/.test(version)) {
    throw new TypeError(`version must be 1 to 40 letters, digits, '.', '_' or '-', got ${JSON.stringify(version)}`);
  }
  return Object.freeze({
    schema: schema ?? null,
    batchSize,
    concurrency,
    onError,
    version,
    handle: (rows: readonly HandlerRow<Output>[], context: HandlerContext) => definition.handle(rows, context),
  });
}

/** Names the collected answers: the definition's version, and whether a schema took part. */
export function handlerVersion(handler: Handler): string {
  return handler.schema === null ? handler.version : `${handler.version}-schema`;
}

function checkFields(definition: HandlerDefinition<unknown>): void {
  if (typeof definition !== 'object' || definition === null) {
    throw new TypeError(`defineHandler takes an object with a handle function, got ${String(definition)}`);
  }
  for (const field of Object.keys(definition)) {
    if (FIELDS.includes(field)) continue;
    const nearest = nearestName(field, FIELDS);
    throw new TypeError(
      `defineHandler has no field ${JSON.stringify(field)}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    );
  }
  if (typeof definition.handle !== 'function') {
    throw new TypeError(`handle must be a function of (rows, context), got ${typeof definition.handle}`);
  }
  const { schema } = definition;
  if (schema !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
    throw new TypeError(
      'schema must be a Standard Schema, such as zod, valibot or arktype make them: it has no ~standard.validate',
    );
  }
}

function checkCount(name: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`${name} must be a whole number of at least 1, got ${JSON.stringify(value) ?? String(value)}`);
  }
}
