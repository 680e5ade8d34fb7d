import { rowKeyOf } from '../domain/validation-keys';
import { checkInputRow, type InputRow } from '../schemas/input-row';
import { isObject } from '../schemas/row-problems';
import { type Line, MAX_LINE_BYTES } from './lines';
import type { RowProblem } from '../domain/validation-problem';
import type { BadRowFacts, RangeProblem, SoundRowFacts, ValidatedPiece } from './validated-range';

const KEPT_PROBLEMS = 1000;
/** Metadata beyond this are read from the input again when they are needed. */
export const MAX_METADATA_BYTES = 1024;

/** Checks the lines of a range one by one, and counts. */
export class RangeValidator {
  /** The first ones. */
  readonly problems: RangeProblem[] = [];
  readonly pieces: ValidatedPiece[] = [];
  readonly keyed: Record<string, number>;
  soundRows = 0;
  badRows = 0;
  readonly #keyFields: readonly string[];
  readonly #keyField: string | null;

  constructor(keyFields: readonly string[], keyField: string | null) {
    this.#keyFields = keyFields;
    this.#keyField = keyField;
    this.keyed = Object.fromEntries(keyFields.map((field) => [field, 0]));
  }

  /** What follows are lines of that file. */
  beginPiece(file: number): void {
    this.pieces.push({ file, lines: 0, errors: 0, warnings: 0, isArray: false });
  }

  get pieceIsArray(): boolean {
    return this.#piece.isArray;
  }

  /** The line's facts as a line of the facts file; empty when it begins an array. */
  addLine(line: Line): string {
    if (beginsArray(line)) {
      this.#addArray(line);
      return '';
    }
    if (line.content === undefined) {
      const message = `the line has ${line.length} bytes, more than the ${MAX_LINE_BYTES} that are read`;
      return this.#addBad(line, [{ severity: 'error', rule: 'line-too-long', path: '', message }], 1, 0);
    }
    const { row, problems, errors, warnings } = checkInputRow(line.content, this.#keyField);
    if (row === undefined) return this.#addBad(line, problems, errors, warnings);
    for (const problem of problems) this.#keep({ ...problem, ...this.#position(line) });
    this.#count({ warnings });
    this.soundRows += 1;
    return `${JSON.stringify(this.#factsOf(line, row))}\n`;
  }

  #addBad(line: Line, problems: readonly RowProblem[], errors: number, warnings: number): string {
    for (const problem of problems) this.#keep({ ...problem, ...this.#position(line) });
    this.#count({ errors, warnings });
    this.badRows += 1;
    const first = problems.find(({ severity }) => severity === 'error');
    if (first === undefined) throw new Error('A bad row has an error');
    const { piece, number, byte } = this.#position(line);
    const { rule, message } = first;
    const facts: BadRowFacts = [piece, number, byte, line.length, this.#readableKeys(line), 0, { rule, message }];
    return `${JSON.stringify(facts)}\n`;
  }

  #readableKeys({ content }: Line): Readonly<Record<string, unknown>> | null {
    try {
      const value: unknown = JSON.parse(content?.toString('utf8') ?? '');
      return isObject(value) ? this.#keysOf(value) : null;
    } catch {
      return null;
    }
  }

  #keysOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const present = this.#keyFields.filter(
      (field) => Object.hasOwn(fields, field) && rowKeyOf(fields[field]) !== undefined,
    );
    return Object.fromEntries(present.map((field) => [field, fields[field]]));
  }

  #factsOf(line: Line, { others }: InputRow): SoundRowFacts {
    const keys = this.#keysOf(others);
    for (const field of Object.keys(keys)) this.keyed[field] = (this.keyed[field] ?? 0) + 1;
    const { piece, number, byte } = this.#position(line);
    const keysOnly =
      Buffer.byteLength(JSON.stringify(others)) > MAX_METADATA_BYTES + Buffer.byteLength(JSON.stringify(keys));
    return [piece, number, byte, line.length, keysOnly ? keys : others, keysOnly ? 1 : 0];
  }

  #addArray(line: Line): void {
    const message = 'the file looks like one JSON array; write one object a line, without brackets and commas (JSONL)';
    this.#count({ errors: 1, isArray: true });
    this.#keep({ severity: 'error', rule: 'json-array', path: '', message, ...this.#position(line) });
  }

  #position({ number, byte }: Line) {
    return { piece: this.pieces.length - 1, number, byte };
  }

  #count({ errors = 0, warnings = 0, isArray = false }: Partial<ValidatedPiece>): void {
    const piece = this.#piece;
    this.pieces[this.pieces.length - 1] = {
      file: piece.file,
      lines: piece.lines + 1,
      errors: piece.errors + errors,
      warnings: piece.warnings + warnings,
      isArray,
    };
  }

  #keep(problem: RangeProblem): void {
    if (this.problems.length < KEPT_PROBLEMS) this.problems.push(problem);
  }

  get #piece(): ValidatedPiece {
    const piece = this.pieces.at(-1);
    if (piece === undefined) throw new Error('beginPiece comes before the first line');
    return piece;
  }
}

function beginsArray({ byte, content }: Line): boolean {
  return byte === 0 && content !== undefined && /^\s*\[/.test(content.toString('latin1', 0, 64));
}
