import { TOKEN_KINDS } from '../../domain/usage';
import { isBlank, isPlainAscii } from './raw-text';
import { type Counts, isUsual, type ReadingPlan, sumOf } from './reading-plan';
import type { Scanner } from './scanner';

/** An answer as it lies in the scanner's memory: nothing is made of it but what is written. Holds until the next row is scanned. */
export interface PlainAnswer {
  readonly memory: Buffer;
  /** The key, plain ASCII without its quotes; no bytes where the row has none. */
  readonly keyFrom: number;
  readonly keyTo: number;
  /** The text as a string of JSON, with its quotes. */
  readonly textFrom: number;
  readonly textTo: number;
  /** The same object for all answers with these words. */
  readonly words: AnswerWords;
  /** Of {@link TOKEN_KINDS}, then audio of the prompt; zeros where the answer tells none. */
  readonly tokens: Float64Array;
}

export interface AnswerWords {
  readonly finishReason: string | null;
  readonly modelVersion: string | null;
  readonly hasUsage: boolean;
}

/** Reads the rows of a form whose answers are plain. */
export class PlainAnswers implements PlainAnswer {
  readonly memory: Buffer;
  keyFrom = 0;
  keyTo = 0;
  textFrom = 0;
  textTo = 0;
  words: AnswerWords;
  readonly tokens: Float64Array = new Float64Array(TOKEN_KINDS.length + 1);
  readonly #scanner: Scanner;
  readonly #plan: ReadingPlan;
  readonly #text: number;
  readonly #key: number | undefined;
  readonly #counts: readonly Counts[];
  readonly #wordsByModel = new Map<string, AnswerWords>();
  /** Model of `words`, as it stands in rows. */
  #model: Buffer = Buffer.alloc(0);

  private constructor(scanner: Scanner, plan: ReadingPlan, text: number, key: number | undefined) {
    const { finishReason, usage, promptAudio } = plan;
    this.memory = scanner.memory;
    this.words = { finishReason, modelVersion: null, hasUsage: usage !== null };
    this.#scanner = scanner;
    this.#plan = plan;
    this.#text = text;
    this.#key = key;
    this.#counts = [...TOKEN_KINDS.map((kind) => usage?.[kind] ?? []), promptAudio];
  }

  /** `undefined` where more of the rows is told than their text, or keys are numbers. */
  static of(scanner: Scanner, plan: ReadingPlan): PlainAnswers | undefined {
    const { key, text, wholeResponse } = plan;
    if (text === undefined || wholeResponse) return undefined;
    if ('string' in key) return new PlainAnswers(scanner, plan, text, key.string);
    return 'constant' in key && key.constant === undefined
      ? new PlainAnswers(scanner, plan, text, undefined)
      : undefined;
  }

  /** Takes the row that was scanned last; false where it isn't plain, or not usual. */
  read(): boolean {
    if (!isUsual(this.#plan, this.#scanner)) return false;
    this.#readTokens();
    return this.#readKey() && this.#readText() && this.#readModel();
  }

  #readTokens(): void {
    const numbers = this.#scanner.formNumbers;
    for (let column = 0; column < this.#counts.length; column += 1) {
      this.tokens[column] = sumOf(this.#counts[column]!, numbers);
    }
  }

  #readKey(): boolean {
    if (this.#key === undefined) return true;
    const { formStrings } = this.#scanner;
    this.keyFrom = formStrings[2 * this.#key]! + 1;
    this.keyTo = formStrings[2 * this.#key + 1]! - 1;
    return this.keyFrom < this.keyTo && isPlainAscii(this.memory, this.keyFrom, this.keyTo);
  }

  #readText(): boolean {
    this.textFrom = this.#scanner.formTextFrom(this.#text);
    if (this.textFrom === -1) return false;
    this.textTo = this.#scanner.formTextTo(this.#text);
    return !isBlank(this.memory, this.textFrom, this.textTo);
  }

  #readModel(): boolean {
    const { modelVersion: place } = this.#plan;
    if (place === null || this.#isSameModel(place)) return true;
    const modelVersion = this.#scanner.formString(place);
    if (modelVersion === undefined) return false;
    const words = this.#wordsByModel.get(modelVersion) ?? { ...this.words, modelVersion };
    this.#wordsByModel.set(modelVersion, words);
    this.words = words;
    const { formStrings } = this.#scanner;
    this.#model = Buffer.from(this.memory.subarray(formStrings[2 * place], formStrings[2 * place + 1]));
    return true;
  }

  #isSameModel(place: number): boolean {
    const from = this.#scanner.formStrings[2 * place]!;
    const length = this.#scanner.formStrings[2 * place + 1]! - from;
    if (length !== this.#model.length) return false;
    for (let offset = 0; offset < length; offset += 1) {
      if (this.memory[from + offset] !== this.#model[offset]) return false;
    }
    return true;
  }
}
