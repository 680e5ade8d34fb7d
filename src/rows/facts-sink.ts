import { rowKeyOf } from '../domain/validation-keys';
import type { RowProblem } from '../domain/validation-problem';
import { isObject } from '../schemas/row-problems';
import { tooManyNames } from '../schemas/row-names';
import type { RangePlace, RowSink } from './range-validator';
import type { BadRowFacts, SoundRowFacts } from './validated-range';

/** Metadata beyond this are read from the input again when they are needed. */
export const MAX_METADATA_BYTES = 1024;

/** How a long string of a skeleton begins in JSON. */
const STUB_JSON = '"\\u0000';

/** Writes a line for each row: what planning needs to know of it. */
export class FactsSink implements RowSink {
  /** For each field, how many sound rows have a key in it. */
  readonly keyed: Record<string, number>;
  readonly #keyFields: readonly string[];
  readonly #notesBad: boolean;
  #pending = '';

  /** @param notesBad whether rows with errors are taken out, and so have lines as well */
  constructor(keyFields: readonly string[], notesBad: boolean) {
    this.#keyFields = keyFields;
    this.#notesBad = notesBad;
    this.keyed = Object.fromEntries(keyFields.map((field) => [field, 0]));
  }

  /** Characters that wait to be taken. */
  get pending(): number {
    return this.#pending.length;
  }

  /** The lines since the last call. */
  take(): string {
    const taken = this.#pending;
    this.#pending = '';
    return taken;
  }

  sound({ piece, number, byte, length }: RangePlace, others: Readonly<Record<string, unknown>>): void {
    const keys = this.#keysOf(others);
    for (const field in keys) this.keyed[field] = (this.keyed[field] ?? 0) + 1;
    const text = JSON.stringify(others);
    const keysOnly =
      text.includes(STUB_JSON) ||
      (text.length > MAX_METADATA_BYTES &&
        Buffer.byteLength(text) > MAX_METADATA_BYTES + Buffer.byteLength(JSON.stringify(keys)));
    this.#note([piece, number, byte, length, keysOnly ? keys : others, keysOnly ? 1 : 0]);
  }

  bad({ piece, number, byte, length }: RangePlace, { rule, message }: RowProblem, content: Buffer | undefined): void {
    if (this.#notesBad) this.#note([piece, number, byte, length, this.#readableKeys(content), 0, { rule, message }]);
  }

  #note(facts: SoundRowFacts | BadRowFacts): void {
    this.#pending += `${JSON.stringify(facts)}\n`;
  }

  #readableKeys(content: Buffer | undefined): Readonly<Record<string, unknown>> | null {
    if (content === undefined || tooManyNames(content) !== undefined) return null;
    try {
      const value: unknown = JSON.parse(content.toString('utf8'));
      return isObject(value) ? this.#keysOf(value) : null;
    } catch {
      return null;
    }
  }

  #keysOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const keys: Record<string, unknown> = {};
    for (const field of this.#keyFields) {
      if (Object.hasOwn(fields, field) && rowKeyOf(fields[field]) !== undefined) keys[field] = fields[field];
    }
    return keys;
  }
}
