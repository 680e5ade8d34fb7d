import type { AnsweredRow } from '../../domain/row-outcome';
import { usageOf } from '../../domain/usage';
import { isBlank } from './raw-text';
import { type PlainAnswer, PlainAnswers } from './plain-answer';
import { isUsual, type ReadingPlan, readingPlan, sumOf } from './reading-plan';
import { type Scanner, UNKNOWN_FORM } from './scanner';

/** A row that is answered as most are. */
export interface UsualAnswer {
  readonly key: unknown;
  /** Without its text. */
  readonly outcome: AnsweredRow;
  /** The text as it stands in the line, a string of JSON with its quotes; `undefined` where the answer has none. */
  readonly rawText: Buffer | undefined;
}

/** Forms of a job's output rows: the rows of a form are classified once, and of each is read what differs. */
export class OutputForms {
  readonly #scanner: Scanner;
  readonly #keyField: string;
  readonly #plans: (ReadingPlan | undefined)[] = [];
  readonly #plain: (PlainAnswers | undefined)[] = [];

  /** @param scanner that knows no forms */
  constructor(scanner: Scanner, keyField: string) {
    this.#scanner = scanner;
    this.#keyField = keyField;
    // a skeleton doesn't have all of a request
    scanner.wantForms(keyField !== 'request');
  }

  /** The row that was scanned last; `undefined` where its form isn't known, or it isn't a usual answer. */
  read(): UsualAnswer | undefined {
    const plan = this.#plans[this.#scanner.form];
    return plan && usualAnswer(plan, this.#scanner);
  }

  /** The same where nothing has to be made of the row; `undefined` where {@link read} may still know it. */
  readPlain(): PlainAnswer | undefined {
    const answers = this.#plain[this.#scanner.form];
    return answers?.read() === true ? answers : undefined;
  }

  /** Takes in the form of the row that was scanned last, which is right, unless it is known. */
  learn(): void {
    if (this.#scanner.form !== UNKNOWN_FORM) return;
    const text = this.#scanner.newForm;
    const form = this.#scanner.learnForm();
    if (form === UNKNOWN_FORM) return;
    const plan = readingPlan(text, this.#keyField);
    this.#plans[form] = plan;
    this.#plain[form] = plan && PlainAnswers.of(this.#scanner, plan);
  }
}

function usualAnswer(plan: ReadingPlan, scanner: Scanner): UsualAnswer | undefined {
  if (!isUsual(plan, scanner)) return undefined;
  const rawText = plan.text === undefined ? undefined : textOf(scanner, plan.text);
  if (rawText === undefined ? plan.text !== undefined || scanner.stubs > 0 : isBlank(rawText)) return undefined;
  const modelVersion = plan.modelVersion === null ? null : scanner.formString(plan.modelVersion);
  const key = keyOf(plan, scanner);
  if (modelVersion === undefined || key === UNREAD) return undefined;
  return { key, outcome: outcomeOf(plan, modelVersion, scanner.formNumbers), rawText };
}

function outcomeOf(plan: ReadingPlan, modelVersion: string | null, numbers: Float64Array): AnsweredRow {
  const { finishReason, usage, wholeResponse } = plan;
  const outcome = {
    kind: 'answered',
    text: '',
    finishReason,
    modelVersion,
    usage: usage && usageOf((kind) => sumOf(usage[kind], numbers)),
    wholeResponse,
  } as const;
  const promptAudioTokens = sumOf(plan.promptAudio, numbers);
  return promptAudioTokens > 0 ? { ...outcome, promptAudioTokens } : outcome;
}

function textOf(scanner: Scanner, place: number): Buffer | undefined {
  const from = scanner.formTextFrom(place);
  return from === -1 ? undefined : scanner.memory.subarray(from, scanner.formTextTo(place));
}

function keyOf({ key }: ReadingPlan, scanner: Scanner): unknown {
  if ('constant' in key) return key.constant;
  if ('string' in key) return scanner.formString(key.string) ?? UNREAD;
  const number = scanner.formNumbers[key.number];
  return Number.isNaN(number) ? UNREAD : number;
}

const UNREAD = Symbol('a key that has to be parsed');
