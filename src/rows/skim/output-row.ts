import type { RowOutcome } from '../../domain/row-outcome';
import { classifyOutputRow } from '../../schemas/output-row';
import { rawMember } from '../raw-member';
import { requestHash } from '../request-hash';
import { HashedTemplates } from './hashed-templates';
import { OutputForms } from './output-forms';
import type { PlainAnswer } from './plain-answer';
import { isBlank } from './raw-text';
import { BASE64_STUB, type Scanner, TEXT_STUB, UNKNOWN_TEMPLATE } from './scanner';
import type { SkimmedLine } from './skimmed-lines';

type JsonObject = Readonly<Record<string, unknown>>;

/** What one line of a job's output says. Valid until the next one is read. */
export interface OutputRow {
  /** What it echoes of the caller's key; whatever it is. */
  readonly key: unknown;
  readonly outcome: RowOutcome;
  /** The answer's text as it stands in the line, a string of JSON with its quotes; the outcome doesn't have it then. */
  readonly rawText: Buffer | undefined;
  /** The service's own response, parsed. */
  readonly response: () => unknown;
  /** Hash of the request that it echoes; `undefined` where that is none. */
  readonly requestHash: () => bigint | undefined;
}

/** The row in a line; `undefined` where the line is no object of JSON. */
export function readOutputRow(line: Buffer, keyField: string): OutputRow | undefined {
  const row = parsedObject(line.toString('utf8'));
  return (
    row && {
      key: row[keyField],
      outcome: classifyOutputRow(row),
      rawText: undefined,
      response: () => row['response'],
      requestHash: () => hashOfRequest(row),
    }
  );
}

/**
 * Reads lines of outputs without decoding what is long in them: requests that are like others aren't looked into, and the text of an
 * answer is left as it stands.
 */
export class OutputSkimmer {
  readonly #scanner: Scanner;
  readonly #keyField: string;
  readonly #templates = new HashedTemplates();
  readonly #forms: OutputForms;
  /** Somebody asked for a hash: the next rows will be looked for by their requests as well. */
  #isHashing = false;

  /** @param scanner that knows no templates and no forms */
  constructor(scanner: Scanner, keyField: string) {
    this.#scanner = scanner;
    this.#keyField = keyField;
    this.#forms = new OutputForms(scanner, keyField);
  }

  /** An answer of which nothing has to be made; {@link read} knows all others. */
  readPlain(skimmed: SkimmedLine): PlainAnswer | undefined {
    return skimmed.skimmed() && this.#forms.readPlain();
  }

  /** Hash of the request in the line that {@link readPlain} read last. */
  requestHash(skimmed: SkimmedLine): bigint | undefined {
    const line = skimmed.content();
    return line && this.#hashOf(line);
  }

  /** The same as {@link readOutputRow} gives, but for raw text; `undefined` where the line has to be read in full. */
  read(skimmed: SkimmedLine): OutputRow | undefined {
    const scanner = skimmed.skimmed();
    const line = skimmed.content();
    if (scanner === undefined || line === undefined) return undefined;
    const usual = this.#forms.read();
    return usual === undefined ? this.#readSkeleton(scanner, line) : this.#rowOf(usual, line);
  }

  /** The row, read in full where the scanner can't tell it; `undefined` where the line is no object of JSON, or has no content. */
  readAny(skimmed: SkimmedLine): OutputRow | undefined {
    const row = this.read(skimmed);
    const line = row === undefined ? skimmed.content() : undefined;
    return line === undefined ? row : readOutputRow(line, this.#keyField);
  }

  #readSkeleton(scanner: Scanner, line: Buffer): OutputRow | undefined {
    const skeleton = parsedObject(scanner.skeleton);
    if (skeleton === undefined || Object.keys(skeleton).length !== scanner.rowMembers) return undefined;
    const key = this.#keyOf(skeleton);
    if (!isWhole(key) || !isWhole(skeleton['status'])) return undefined;
    const answer = this.#answerIn(skeleton) ?? answerInFull(line, skeleton);
    this.#templates.learn(scanner);
    this.#forms.learn();
    return this.#rowOf({ key, ...answer }, line);
  }

  #rowOf({ key, outcome, rawText }: Pick<OutputRow, 'key' | 'outcome' | 'rawText'>, line: Buffer): OutputRow {
    return {
      key,
      outcome,
      rawText,
      response: () => parsedMember(line, 'response'),
      requestHash: () => this.#hashOf(line),
    };
  }

  #hashOf(line: Buffer): bigint | undefined {
    if (this.#isHashing) {
      const hash = this.#templates.hashOf(this.#scanner);
      if (hash !== undefined) return hash;
    }
    this.#isHashing = true;
    this.#scanner.hashTexts(true);
    return hashOfRequest(parsedObject(line.toString('utf8')) ?? {});
  }

  /** A request that has a known template isn't in the skeleton. */
  #keyOf(skeleton: JsonObject): unknown {
    const field = this.#keyField;
    return field === 'request' && this.#scanner.template > UNKNOWN_TEMPLATE ? undefined : skeleton[field];
  }

  /** `undefined` where more was left out than the answer's text. */
  #answerIn(skeleton: JsonObject): Pick<OutputRow, 'outcome' | 'rawText'> | undefined {
    const { stubs, lastLeftOut } = this.#scanner;
    if (stubs > 1) return undefined;
    const outcome = classifyOutputRow(skeleton);
    if (stubs === 0) return { outcome, rawText: undefined };
    const isText = outcome.kind === 'answered' && (outcome.text === TEXT_STUB || outcome.text === BASE64_STUB);
    if (!isText || isBlank(lastLeftOut)) return undefined;
    return { outcome: { ...outcome, text: '' }, rawText: lastLeftOut };
  }
}

function answerInFull(line: Buffer, skeleton: JsonObject): Pick<OutputRow, 'outcome' | 'rawText'> {
  const row = 'response' in skeleton ? { ...skeleton, response: parsedMember(line, 'response') } : skeleton;
  return { outcome: classifyOutputRow(row), rawText: undefined };
}

/** Whether nothing can have been left out of a value. */
function isWhole(value: unknown): boolean {
  return typeof value === 'string' ? !value.startsWith(STUB_START) : typeof value !== 'object' || value === null;
}

/** How a stub begins; no string of a line that isn't odd has a NUL. */
const STUB_START = '\u0000';

function hashOfRequest({ request }: JsonObject): bigint | undefined {
  return typeof request === 'object' && request !== null ? requestHash(request) : undefined;
}

function parsedMember(line: Buffer, name: string): unknown {
  const bytes = rawMember(line, name);
  return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
}

function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
