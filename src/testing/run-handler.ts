import type { Logger } from '@temporalio/common';
import { HandlerCaller } from '../activities/call-handler';
import { handleRows } from '../activities/handle-rows';
import type { Handler } from '../define-handler';
import type { TokenUsage } from '../messages';
import { type Line, readLines } from '../rows/lines';
import type { RowSource } from '../rows/part-index';
import type { ResultRow } from '../rows/result-row';

/** A row for a handler's test; what is left out is filled in. */
export interface TestRow {
  /** @default `row-1`, `row-2`, … */
  readonly key?: string;
  /** The model's answer. @default `output` as JSON, else the empty text */
  readonly text?: string;
  /** The model's answer as a value; the handler's schema is applied to it. */
  readonly output?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly source?: RowSource;
  readonly finishReason?: string;
  readonly modelVersion?: string;
  readonly usage?: TokenUsage;
  readonly response?: unknown;
}

export interface RunHandlerOptions {
  /** @default 'test' */
  readonly workflowId?: string;
  /** @default false */
  readonly mayRepeat?: boolean;
  readonly signal?: AbortSignal;
  /** @default a logger that says nothing */
  readonly log?: Logger;
}

/**
 * Gives rows to a handler as a run does, in its batches and with its concurrency, without a server.
 * @throws {HandlerError} when the handler throws, with what it threw as `cause`
 */
export async function runHandler(
  handler: Handler,
  rows: readonly TestRow[],
  options: RunHandlerOptions = {},
): Promise<{ rejected: { key: string; reason: string }[] }> {
  const { workflowId = 'test', mayRepeat = false, signal = new AbortController().signal, log = SILENT } = options;
  const name = 'under test';
  const rejected: { key: string; reason: string }[] = [];
  await handleRows(linesOf(rows), {
    name,
    handler,
    caller: new HandlerCaller({ name, handler, context: { workflowId, signal, log }, isolatePauseMs: 1 }),
    signal,
    handedBelow: () => Infinity,
    isCheckpointDue: () => false,
    isEnough: () => false,
    uri: 'gs://test/results.jsonl',
    rejectsMisfits: false,
    mayRepeat: () => mayRepeat,
    checkpoint: async (handled) => {
      rejected.push(...handled.rejected.map(({ key, reason }) => ({ key, reason })));
    },
  });
  return { rejected };
}

function linesOf(rows: readonly TestRow[]): AsyncGenerator<Line, void, undefined> {
  const lines = rows.map((row, position) => `${JSON.stringify(resultRow(row, position + 1))}\n`);
  return readLines(chunksOf(lines));
}

async function* chunksOf(lines: readonly string[]): AsyncGenerator<Buffer> {
  for (const line of lines) yield Buffer.from(line);
}

function resultRow({ output, ...row }: TestRow, line: number): ResultRow {
  return {
    key: `row-${line}`,
    outcome: 'answered',
    source: { uri: 'gs://test/rows.jsonl', line },
    metadata: {},
    text: output === undefined ? '' : JSON.stringify(output),
    finishReason: 'STOP',
    modelVersion: null,
    usage: null,
    ...row,
  };
}

const nothing = () => {};
const SILENT: Logger = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
