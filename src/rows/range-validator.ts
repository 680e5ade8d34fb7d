import type { AcceptedValidation } from '../domain/accepted-validation';
import { EstimateSum } from '../domain/input-estimate';
import { addProblems, type RuleCount } from '../domain/rule-counts';
import { rowKeyOf } from '../domain/validation-keys';
import type { RowProblem } from '../domain/validation-problem';
import { type Repair, severityOf, type ValidationRule } from '../domain/validation-rules';
import { checkInputRow, type CheckedRow } from '../schemas/input-row';
import { requestFacts, textBytesOf } from '../schemas/request-facts';
import { FirstProblems, TOLD_PROBLEMS } from './first-problems';
import { wholeFileProblem, wholeLineProblem } from './line-problems';
import { KnownRow } from './shapes/known-row';
import { KnownTemplates } from './shapes/known-templates';
import { ShapeMemory } from './shapes/shape-memory';
import { keyedRowReader } from './skim/keyed-row';
import { type Scanner, UNKNOWN_TEMPLATE } from './skim/scanner';
import type { SkimmedLine } from './skim/skimmed-lines';
import type { LinePlace, RangeProblem, ValidatedPiece } from './validated-range';

/** Where a row stands in a range. */
export interface RangePlace extends LinePlace {
  /** Bytes without the line end. */
  readonly length: number;
}

/** Takes the rows of a range, sound and bad, in their order. */
export interface RowSink {
  /** `others`: the caller's fields beside the request; long strings among them may be stubs (they begin with U+0000), keys are not. */
  sound(place: RangePlace, others: Readonly<Record<string, unknown>>): void;
  /** A row with errors, the first of them, and its bytes where they are held. */
  bad(place: RangePlace, problem: RowProblem, content: Buffer | undefined): void;
}

export interface RangeValidatorOptions {
  /** Fields that may identify rows. */
  readonly keyFields: readonly string[];
  /** The one that must, if the caller named one. */
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  readonly sink: RowSink;
  /** Keys that are told apart. @default MAX_COLUMNS */
  readonly maxColumns?: number;
}

/** Skeletons with more are as slow to parse as the line is. */
const MOST_SKIMMED_NAMES = 20_000;
/** Errors that a range keeps at most, and as many warnings; all are counted. */
const MOST_KEPT = 10_000;

/**
 * Checks the lines of a range one by one, and counts. A line whose like was found sound before is only skimmed; every other one is
 * read in full, and what is wrong with it explained. Both ways give the same verdict.
 */
export class RangeValidator {
  readonly shapes: ShapeMemory;
  /** Of the sound rows. */
  readonly tokens = new EstimateSum();
  readonly repaired: Partial<Record<Repair, number>> = {};
  soundRows = 0;
  badRows = 0;
  readonly #options: RangeValidatorOptions;
  readonly #known: KnownRow;
  readonly #templates = new KnownTemplates();
  readonly #pieces: CountedPiece[] = [];
  readonly #problems: FirstProblems<RangeProblem>;
  readonly #keyedRow: ReturnType<typeof keyedRowReader>;
  #fileSize = 0;

  constructor(options: RangeValidatorOptions) {
    this.#options = options;
    this.shapes = new ShapeMemory(options.maxColumns);
    this.#known = new KnownRow({ anyAddress: severityOf('uri-in-table', options.validation.rules) === 'off' });
    this.#keyedRow = keyedRowReader(options.keyFields);
    this.#problems = new FirstProblems(Math.min(MOST_KEPT, Math.max(TOLD_PROBLEMS, options.validation.maxProblems)));
  }

  /** The first errors, then the first warnings. */
  get problems(): readonly RangeProblem[] {
    return this.#problems.all;
  }

  get pieces(): readonly ValidatedPiece[] {
    return this.#pieces;
  }

  /** What follows are lines of that file. */
  beginPiece(file: number, size: number): void {
    this.#fileSize = size;
    this.#pieces.push({
      file,
      lines: 0,
      blankLines: 0,
      errors: 0,
      warnings: 0,
      rules: {},
      isUnreadable: false,
      carriageReturn: null,
    });
  }

  /** Rows that are taken out for their errors, where that was asked for. */
  get takenOut(): number {
    return this.#options.validation.onError === 'quarantine' ? this.badRows : 0;
  }

  /** Nothing can be made of the file that the lines come from. */
  get pieceIsUnreadable(): boolean {
    return this.#piece.isUnreadable;
  }

  add(line: SkimmedLine): void {
    const piece = this.#piece;
    const place = { piece: this.#pieces.length - 1, number: line.number, byte: line.byte, length: line.length };
    piece.lines += 1;
    if (line.hasCarriageReturn) piece.carriageReturn ??= { piece: place.piece, number: line.number, byte: line.byte };
    const row = this.#knownRow(line);
    if (row === undefined) this.#checkThoroughly(line, place);
    else this.#takeSound(place, row, line);
  }

  /** The row, or what skimming gives of it, when its like was found sound before. */
  #knownRow(line: SkimmedLine): Readonly<Record<string, unknown>> | undefined {
    const scanner = line.skimmed();
    if (scanner === undefined || scanner.members > MOST_SKIMMED_NAMES) return undefined;
    const { skeleton } = scanner;
    const row = this.#keyedRow(skeleton) ?? parsed(skeleton);
    if (!this.#isKnown(scanner, row)) return undefined;
    return this.#hasKeys(row as Record<string, unknown>) ? (row as Record<string, unknown>) : undefined;
  }

  #isKnown(scanner: Scanner, row: unknown): boolean {
    const { template, members } = scanner;
    const { root } = this.shapes;
    if (template > UNKNOWN_TEMPLATE) return this.#known.fitsAround(root, row, members) && this.#templates.fit(scanner);
    const isKnown = this.#known.fits(root, row, members);
    if (isKnown && template === UNKNOWN_TEMPLATE) this.#templates.learn(scanner, this.#known, root);
    return isKnown;
  }

  /** Whether its keys are whole, and the one that must be there is. */
  #hasKeys(row: Readonly<Record<string, unknown>>): boolean {
    const { keyFields, keyField } = this.#options;
    if (keyFields.some((field) => isStub(row[field]))) return false;
    return keyField === null || (Object.hasOwn(row, keyField) && rowKeyOf(row[keyField]) !== undefined);
  }

  #checkThoroughly(line: SkimmedLine, place: RangePlace): void {
    const content = line.content();
    const inFile = line.byte === 0 && content !== undefined ? wholeFileProblem(content) : undefined;
    if (inFile !== undefined) {
      this.#piece.isUnreadable = true;
      this.#piece.errors += 1;
      this.#keep([inFile], place, undefined);
      return;
    }
    if (content === undefined) {
      this.#takeBad(place, { problems: [wholeLineProblem(line.length)], errors: 1, warnings: 0 }, undefined);
      return;
    }
    const { keyField, validation } = this.#options;
    const { rules, repair } = validation;
    if (repair.includes('blank-lines') && isBlank(content)) {
      this.#noteRepaired(['blank-lines']);
      this.#piece.blankLines += 1;
      return;
    }
    const isLast = !line.isEnded && line.byte + line.length >= this.#fileSize;
    this.#take(place, checkInputRow(content, { keyField, rules, repair, isLast }), content, line);
  }

  #take(place: RangePlace, checked: CheckedRow, content: Buffer, line: SkimmedLine): void {
    const { row, value, problems, warnings, repaired } = checked;
    if (row === undefined || value === undefined) {
      this.#takeBad(place, checked, content);
      return;
    }
    this.#noteRepaired(repaired);
    this.#piece.warnings += warnings;
    this.#keep(problems, place, content);
    const isClean = warnings === 0 && repaired.length === 0;
    this.shapes.add(value, [0, place.piece, place.number, place.byte], isClean);
    this.#takeSound(place, value, line);
  }

  #takeSound(place: RangePlace, row: Readonly<Record<string, unknown>>, line: SkimmedLine): void {
    const { request, ...others } = row;
    const scanner = line.skimmed();
    this.tokens.add(
      scanner?.textBytes ?? textBytesOf(request),
      (scanner && this.#templates.factsOf(scanner)) ?? requestFacts(request),
    );
    this.soundRows += 1;
    this.#options.sink.sound(place, others);
  }

  #takeBad(
    place: RangePlace,
    { problems, errors, warnings }: Pick<CheckedRow, 'problems' | 'errors' | 'warnings'>,
    content: Buffer | undefined,
  ): void {
    this.#piece.errors += errors;
    this.#piece.warnings += warnings;
    this.badRows += 1;
    this.#keep(problems, place, content);
    const first = problems.find(({ severity }) => severity === 'error');
    if (first !== undefined) this.#options.sink.bad(place, first, content);
  }

  #noteRepaired(repairs: readonly Repair[]): void {
    for (const repair of repairs) this.repaired[repair] = (this.repaired[repair] ?? 0) + 1;
  }

  #keep(problems: readonly RowProblem[], { piece, number, byte }: RangePlace, content: Buffer | undefined): void {
    let key: string | undefined;
    for (const problem of problems) {
      addProblems(this.#piece.rules, problem);
      if (!this.#problems.hasRoomFor(problem)) continue;
      key ??= content === undefined ? '' : this.#keyIn(content);
      this.#problems.add({ ...problem, piece, number, byte, ...(key !== '' && { key }) });
    }
  }

  /** Of a row that has problems; empty where none can be seen. */
  #keyIn(content: Buffer): string {
    const row = parsed(content.toString('utf8'));
    if (typeof row !== 'object' || row === null) return '';
    const keys = this.#options.keyFields.map((field) => rowKeyOf((row as Record<string, unknown>)[field])?.text);
    return keys.find((text) => text !== undefined) ?? '';
  }

  get #piece(): CountedPiece {
    const piece = this.#pieces.at(-1);
    if (piece === undefined) throw new Error('beginPiece comes before the first line');
    return piece;
  }
}

type Mutable<Value> = { -readonly [Name in keyof Value]: Value[Name] };
type CountedPiece = Mutable<ValidatedPiece> & { rules: Partial<Record<ValidationRule, RuleCount>> };

/** Whether a value stands in a skeleton for a long string. */
function isStub(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('\u0000');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function isBlank(content: Buffer): boolean {
  return content.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
