import type { AnsweredRow } from '../../domain/row-outcome';
import { TOKEN_KINDS, type TokenKind } from '../../domain/usage';
import { classifyOutputRow } from '../../schemas/output-row';
import type { Scanner } from './scanner';

/** Where in the rows of a form stands what matters. Strings and numbers are named by their places among those that the form leaves out. */
export interface ReadingPlan {
  readonly key: { readonly string: number } | { readonly number: number } | { readonly constant: unknown };
  /** Must be empty; `undefined` where it is in each row of the form. */
  readonly status: number | undefined;
  /** `undefined` where the answer has none. */
  readonly text: number | undefined;
  readonly finishReason: string | null;
  readonly modelVersion: number | null;
  /** The counts that make up each kind's. */
  readonly usage: Readonly<Record<TokenKind, Counts>> | null;
  readonly promptAudio: Counts;
  /** Places of all that are counted. */
  readonly counts: readonly number[];
  readonly wholeResponse: boolean;
}

/** Places of numbers whose sum it is. */
export type Counts = readonly number[];

/** Whether the row that was scanned last has no status, and counts that the service makes; of others more has to be made. */
export function isUsual({ status, counts }: ReadingPlan, scanner: Scanner): boolean {
  if (status !== undefined && scanner.formStringBytes(status) > 0) return false;
  const numbers = scanner.formNumbers;
  for (const place of counts) if (!isCount(numbers[place]!)) return false;
  return true;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

export function sumOf(counts: Counts, numbers: Float64Array): number {
  let sum = 0;
  for (const place of counts) sum += numbers[place]!;
  return sum;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** As tools/scanner/form.ts has it. */
const NUMBER_MARKER = '\u0002';
const SIGN_START = '\u0000';
/** Each number is a bit of a sum. */
const MOST_NUMBERS = 48;

/**
 * How to read the rows of a form; `undefined` where they aren't usual answers. All rows of a form are classified alike, as long as
 * their status is empty and their text isn't blank. One that has a sign in each place tells which places its parts come from.
 * @param form with a marker for each string and number that it leaves out
 */
export function readingPlan(form: string, keyField: string): ReadingPlan | undefined {
  if (form.split(NUMBER_MARKER).length > MOST_NUMBERS) return undefined;
  const row = signedRow(form, 1);
  const outcome = classified(row);
  const tripled = classified(signedRow(form, 3));
  if (outcome.kind !== 'answered' || tripled.kind !== 'answered') return undefined;
  const key = keyIn(row, keyField);
  const text = placeOf(outcome.text);
  const modelVersion = outcome.modelVersion === null ? null : placeOf(outcome.modelVersion);
  const usage = usageIn(outcome, tripled);
  const promptAudio = countsOf(outcome.promptAudioTokens ?? 0, tripled.promptAudioTokens ?? 0);
  const { finishReason, wholeResponse } = outcome;
  if (key === undefined || usage === undefined || promptAudio === undefined || modelVersion === undefined) {
    return undefined;
  }
  if ((text === undefined && outcome.text !== '') || finishReason?.includes(SIGN_START) === true) return undefined;
  const counts = [...new Set([...Object.values(usage ?? {}).flat(), ...promptAudio])];
  const status = placeOf(row['status']);
  return { key, status, text, finishReason, modelVersion, usage, promptAudio, counts, wholeResponse };
}

/** The form with a sign in each place: a string that names it, or the bit of that number, times `scale`. */
function signedRow(form: string, scale: number): JsonObject {
  let strings = 0;
  let numbers = 0;
  // oxlint-disable-next-line no-control-regex -- the markers are control characters
  const json = form.replaceAll(/[\u0001-\u0003]/g, (marker) =>
    marker === NUMBER_MARKER ? String(scale * 2 ** numbers++) : JSON.stringify(`${SIGN_START}${strings++}`),
  );
  return JSON.parse(json) as JsonObject;
}

function classified(row: JsonObject) {
  return classifyOutputRow(placeOf(row['status']) === undefined ? row : { ...row, status: '' });
}

function placeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !value.startsWith(SIGN_START)) return undefined;
  const place = Number(value.slice(SIGN_START.length));
  return Number.isInteger(place) ? place : undefined;
}

function keyIn(row: JsonObject, keyField: string): ReadingPlan['key'] | undefined {
  const key = row[keyField];
  if (typeof key === 'number') return { number: Math.log2(key) };
  if (typeof key === 'object' && key !== null) return undefined;
  const string = placeOf(key);
  return string === undefined ? { constant: key } : { string };
}

function usageIn({ usage }: AnsweredRow, { usage: tripled }: AnsweredRow): ReadingPlan['usage'] | undefined {
  if (usage === null || tripled === null) return null;
  const kinds = TOKEN_KINDS.map((kind) => [kind, countsOf(usage[kind], tripled[kind])] as const);
  return kinds.some(([, counts]) => counts === undefined)
    ? undefined
    : (Object.fromEntries(kinds) as Record<TokenKind, Counts>);
}

/** `undefined` where a number that the form has itself is part of it. */
function countsOf(sum: number, tripled: number): Counts | undefined {
  if (tripled !== 3 * sum) return undefined;
  const bits = sum.toString(2).split('').toReversed();
  return bits.flatMap((bit, place) => (bit === '1' ? [place] : []));
}
