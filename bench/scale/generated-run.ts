import { parseStagedKey, stagedKey } from '../../src/domain/validation-keys';
import { keyOf, RowTemplate, type FixedRows } from './fixed-rows';

const TEXT_BYTES = 5_700;
const ANSWER_BYTES = 900;
/** One row in so many is blocked, and as many are refused. */
const ODD_ROWS = 100;
/** Primes: one that doesn't divide the number of rows comes by all of them. */
const STEPS = [7_919, 104_729];

const generationConfig = { temperature: 0.2, maxOutputTokens: 1024 };
const requestOf = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }], generationConfig });
const usageMetadata = { promptTokenCount: 1_400, candidatesTokenCount: 220, totalTokenCount: 1_620 };

const REQUEST = new RowTemplate((key, text) => ({ key, request: requestOf(text) }), keyOf(0).length, TEXT_BYTES);
/** As long as the key of a staged row may become. */
const STAGED_KEY_BYTES = 20;

/** Rows of an input, and whether a copy names them by their places. */
export interface RowSpan {
  readonly first: number;
  readonly rows: number;
  readonly isCopy: boolean;
}

/** Of an input file, a little less than 1 GB. */
export const ROWS_PER_FILE = 160_000;

/** Rows of 6 KB a request, about as they are sent. */
export function requestRows(first: number, rows: number): FixedRows {
  return {
    rows,
    bytesPerRow: REQUEST.bytes,
    write: (target, at, place) => REQUEST.write(target, at, first + place, keyOf(first + place)),
  };
}

/** What a job answers to these rows, in another order. */
export function answerRows({ first, rows, isCopy }: RowSpan): FixedRows {
  const step = STEPS.find((candidate) => rows % candidate !== 0) ?? 1;
  return {
    rows,
    bytesPerRow: ANSWERED.bytes,
    write(target, at, place) {
      const row = first + ((place * step) % rows);
      const [file, line] = [Math.floor(row / ROWS_PER_FILE), (row % ROWS_PER_FILE) + 1];
      templateOf(row).write(target, at, row, isCopy ? stagedKey(file, line) : keyOf(row));
    },
  };
}

/** The row whose line begins so, as it lies or in a copy. */
export function rowOf(line: string): number {
  const own = /"key":"p-(\d+)"/.exec(line)?.[1];
  if (own !== undefined) return Number(own);
  const place = parseStagedKey(/"key":"([^"]+)"/.exec(line)?.[1] ?? '');
  if (place === undefined) throw new Error(`no generated row begins with ${line.slice(0, 80)}`);
  return place.file * ROWS_PER_FILE + place.line - 1;
}

/** What becomes of the first so many rows. */
export function expectedBooks(rows: number) {
  const blocked = Math.ceil(rows / ODD_ROWS);
  const failed = Math.ceil((rows - 1) / ODD_ROWS);
  return { input: rows, answered: rows - blocked - failed, blocked, failed, missing: 0 };
}

function templateOf(row: number): RowTemplate {
  const odd = row % ODD_ROWS;
  return odd === 0 ? BLOCKED : odd === 1 ? REFUSED : ANSWERED;
}

function answeredResponse(filling: number): object {
  const parts = [{ text: `${'An answer. '.repeat(100).slice(0, ANSWER_BYTES)}${'.'.repeat(filling)}` }];
  const candidates = [{ content: { parts, role: 'model' }, finishReason: 'STOP' }];
  return { candidates, modelVersion: 'gemini-2.5-flash', usageMetadata };
}

function blockedResponse(filling: number): object {
  const promptFeedback = { blockReason: 'SAFETY', blockReasonMessage: '.'.repeat(filling) };
  return { promptFeedback, modelVersion: 'gemini-2.5-flash', usageMetadata: { promptTokenCount: 1_400 } };
}

function outputTemplate(rest: (filling: number) => { readonly status: string; readonly response: object }) {
  const make = (filling: number) => (key: string, text: string) => {
    const { status, response } = rest(filling);
    return { status, processed_time: '2026-11-22T18:13:16.826+00:00', request: requestOf(text), response, key };
  };
  const shortest = new RowTemplate(make(0), STAGED_KEY_BYTES, TEXT_BYTES);
  return new RowTemplate(make(OUTPUT_BYTES - shortest.bytes), STAGED_KEY_BYTES, TEXT_BYTES);
}

const OUTPUT_BYTES = REQUEST.bytes + 1_400;
const ANSWERED = outputTemplate((filling) => ({ status: '', response: answeredResponse(filling) }));
const BLOCKED = outputTemplate((filling) => ({ status: '', response: blockedResponse(filling) }));
const REFUSED = outputTemplate((filling) => ({
  status: `Bad Request: {"error": {"code": 400, "message": "Refused${'.'.repeat(filling)}", "status": "INVALID_ARGUMENT"}}`,
  response: {},
}));
