import { rowKeyOf } from '../domain/validation-keys';
import type { RowProblem } from '../domain/validation-problem';
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
  #pending = '';

  constructor(keyFields: readonly string[]) {
    this.#keyFields = keyFields;
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
    const text = JSON.stringify(others);
    const keysOnly =
      text.includes(STUB_JSON) ||
      (text.length > MAX_METADATA_BYTES &&
        Buffer.byteLength(text) > MAX_METADATA_BYTES + Buffer.byteLength(JSON.stringify(keys)));
    const facts: SoundRowFacts = [piece, number, byte, length, keysOnly ? keys : others, keysOnly ? 1 : 0];
    this.#pending += `${JSON.stringify(facts)}\n`;
  }

  bad({ piece, number, byte, length }: RangePlace, { rule, message }: RowProblem): void {
    const facts: BadRowFacts = [piece, number, byte, length, null, 0, { rule, message }];
    this.#pending += `${JSON.stringify(facts)}\n`;
  }

  #keysOf(others: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const keys: Record<string, unknown> = {};
    for (const field of this.#keyFields) {
      if (!Object.hasOwn(others, field) || rowKeyOf(others[field]) === undefined) continue;
      keys[field] = others[field];
      this.keyed[field] = (this.keyed[field] ?? 0) + 1;
    }
    return keys;
  }
}
