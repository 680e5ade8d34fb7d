import type { Sources } from './sources';
import { addEstimates, type InputEstimate, NOTHING_ESTIMATED } from '../domain/input-estimate';
import { type RuleCounts, sumOfRules } from '../domain/rule-counts';
import type { ValidationProblem } from '../domain/validation-problem';
import { type Repair, REPAIRS, type ValidationRule } from '../domain/validation-rules';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, findRecord } from './commits';
import { requireReadAsFound } from './input-checksums';
import { Turns } from './in-turns';
import { readLines } from './lines';
import { ShapeMemory } from './shapes/shape-memory';
import {
  type BadRowFacts,
  type RangeProblem,
  type RepairCounts,
  type RowFacts,
  type ValidatedRange,
  validatedRangeUri,
} from './validated-range';

/** What is known of a range, wherever its rows and problems are kept. */
export type RangeSums = Omit<ValidatedRange, 'facts' | 'problems' | 'shapes'>;

/** The validation of the whole input. */
export interface MergedValidation<Sums extends RangeSums = Omit<ValidatedRange, 'shapes'>> {
  readonly sources: Sources;
  readonly records: readonly Sums[];
  /** Of all ranges; their places are ranges' pieces. */
  readonly shapes: ShapeMemory;
  /** For each range and piece, the lines of its file that stand before it. */
  readonly linesBefore: readonly (readonly number[])[];
  /** Of the files that are JSONL. */
  readonly rows: number;
  /** Rows without errors; none where nothing can be made of a file, since nothing can be sent then. */
  readonly soundRows: number;
  /** Rows that are taken out; likewise. */
  readonly badRows: number;
  readonly bytes: number;
  readonly errors: number;
  /** Those of them that rows make together. */
  readonly inputErrors: number;
  readonly warnings: number;
  /** Of the rules that rows break; of a row with very many problems the first. */
  readonly rules: RuleCounts;
  /** Ordinals of files that are no JSONL: one error each, whatever else was found in them. */
  readonly unreadable: ReadonlySet<number>;
  /** What was mended, and how often; likewise. */
  readonly repaired: RepairCounts;
  /** Tokens of the sound rows, likewise; null where a range of an earlier version doesn't say. */
  readonly estimate: InputEstimate | null;
}

/**
 * Puts the records of all ranges together.
 * @throws {BatchError} `InputChanged` when what was read of a file has another checksum than the file
 */
export async function mergeValidation(
  store: ObjectStore,
  sources: Sources,
  directory: string,
  options: CallOptions = {},
): Promise<MergedValidation> {
  const shapes = new ShapeMemory();
  const records = await readRecords(store, sources, directory, shapes, options);
  requireReadAsFound(sources, records);
  return mergeRecords(sources, records, shapes);
}

/** Takes the shapes out of a range's record, whichever comes first: those of all ranges would grow with the input. */
export function mergeShapes<Sums extends RangeSums & Pick<ValidatedRange, 'shapes'>>(
  memory: ShapeMemory,
  range: number,
  { shapes, ...record }: Sums,
): Omit<Sums, 'shapes'> {
  memory.merge(shapes, range);
  return record;
}

/** Puts records of ranges together whose shapes were merged before. */
export function mergeRecords<Sums extends RangeSums>(
  sources: Sources,
  records: readonly Sums[],
  shapes: ShapeMemory,
): MergedValidation<Sums> {
  const pieces = records.flatMap((record) => record.pieces);
  const unreadable = new Set(pieces.filter((piece) => piece.isUnreadable).map((piece) => piece.file));
  const counted = pieces.filter((piece) => !unreadable.has(piece.file));
  // how far a file was read of which nothing can be made, depends on how it was cut
  const usable = unreadable.size === 0 ? records : [];
  return {
    sources,
    records,
    shapes,
    linesBefore: countLinesBefore(records),
    rows: sumOf(counted, (piece) => piece.lines - piece.blankLines),
    soundRows: sumOf(usable, (record) => record.soundRows),
    badRows: sumOf(usable, (record) => record.badRows),
    bytes: sumOf(sources.files, (file) => file.size),
    inputErrors: unreadable.size,
    errors: unreadable.size + sumOf(counted, (piece) => piece.errors),
    warnings: sumOf(counted, (piece) => piece.warnings),
    rules: sumOfRules([...counted, ...pieces.filter((piece) => piece.isUnreadable)].map(({ rules }) => rules)),
    unreadable,
    repaired: sumOfRepairs(usable),
    estimate: sumOfEstimates(usable),
  };
}

const RECORDS_AT_A_TIME = 16;

async function readRecords(
  store: ObjectStore,
  { ranges }: Sources,
  directory: string,
  shapes: ShapeMemory,
  options: CallOptions,
) {
  const records: Omit<ValidatedRange, 'shapes'>[] = [];
  for (let from = 0; from < ranges.length; from += RECORDS_AT_A_TIME) {
    const batch = ranges.slice(from, from + RECORDS_AT_A_TIME).map(async (_, position) => {
      const uri = validatedRangeUri(directory, from + position);
      const record = await findRecord<ValidatedRange>(store, uri, options);
      if (record === undefined)
        throw new Error(`Range ${from + position} has no record at ${uri}: it was not validated`);
      return mergeShapes(shapes, from + position, record);
    });
    records.push(...(await Promise.all(batch)));
  }
  return records;
}

function countLinesBefore(records: readonly RangeSums[]): number[][] {
  const lines = new Map<number, number>();
  return records.map(({ pieces }) =>
    pieces.map((piece) => {
      const before = lines.get(piece.file) ?? 0;
      lines.set(piece.file, before + piece.lines);
      return before;
    }),
  );
}

function sumOfRepairs(records: readonly RangeSums[]): Partial<Record<Repair, number>> {
  const sums: Partial<Record<Repair, number>> = {};
  for (const repair of REPAIRS) {
    const sum = sumOf(records, ({ repaired }) => repaired[repair] ?? 0);
    if (sum > 0) sums[repair] = sum;
  }
  return sums;
}

function sumOfEstimates(records: readonly RangeSums[]): InputEstimate | null {
  return records.reduce<InputEstimate | null>(
    (sum, { estimate }) => (sum === null || estimate === undefined ? null : addEstimates(sum, estimate)),
    NOTHING_ESTIMATED,
  );
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

/** Where something that a range noted stands in the input. */
export interface InputPosition {
  /** Ordinal among the sources. */
  readonly file: number;
  readonly uri: string;
  /** From 1. */
  readonly line: number;
}

export function positionOf(
  merged: MergedValidation<RangeSums>,
  range: number,
  piece: number,
  number: number,
): InputPosition {
  const file = merged.records[range]?.pieces[piece]?.file ?? -1;
  const before = merged.linesBefore[range]?.[piece];
  const source = merged.sources.files[file];
  if (before === undefined || source === undefined) throw new RangeError(`Range ${range} has no piece ${piece}`);
  return { file, uri: source.uri, line: before + number + 1 };
}

/** A problem and the ordinal of its file, to sort by. */
export interface PlacedProblem extends ValidationProblem {
  readonly file: number;
}

/** Problems in file order, as far as the ranges kept them. */
export async function* readProblems(
  store: ObjectStore,
  merged: MergedValidation,
  options: CallOptions = {},
): AsyncGenerator<PlacedProblem, void, undefined> {
  for (const [range, { problems }] of merged.records.entries()) {
    if (problems === null) continue;
    const chunks = store.read(problems.uri, { generation: problems.generation, ...options });
    for await (const { content } of readLines(chunks)) {
      const problem = placedProblem(merged, range, JSON.parse(String(content)) as RangeProblem);
      if (problem !== undefined) yield problem;
    }
  }
}

/** A problem of a range in its place of the input; `undefined` where nothing can be made of its file, and that is said. */
export function placedProblem(
  merged: MergedValidation<RangeSums>,
  range: number,
  { piece, number, ...problem }: RangeProblem,
): PlacedProblem | undefined {
  const position = positionOf(merged, range, piece, number);
  return !merged.unreadable.has(position.file) || isAboutFile(problem.rule) ? { ...problem, ...position } : undefined;
}

function isAboutFile(rule: ValidationRule): boolean {
  return rule === 'gzip' || rule === 'json-array';
}

/** A row and where it stands. */
export interface PlacedRow extends InputPosition {
  readonly byte: number;
  readonly length: number;
  /** The caller's fields; his keys alone where `keysOnly`. */
  readonly others: Readonly<Record<string, unknown>>;
  readonly keysOnly: boolean;
  /** Why it is taken out; null for a sound row. */
  readonly problem: BadRowFacts[6] | null;
}

/** All rows that ranges noted, in input order: the sound ones, and those that are taken out. Whatever else waits has a turn now and then. */
export async function* readPlacedRows(
  store: ObjectStore,
  merged: MergedValidation,
  options: CallOptions = {},
): AsyncGenerator<PlacedRow, void, undefined> {
  const turns = new Turns();
  for (const [range, { facts: object }] of merged.records.entries()) {
    if (object.rows === 0) continue;
    for await (const line of readLines(store.read(object.uri, { generation: object.generation, ...options }))) {
      const facts = JSON.parse(String(line.content)) as RowFacts;
      const [piece, number, byte, length, others, keysOnly] = facts;
      const problem = facts.length === 7 ? facts[6] : null;
      const position = positionOf(merged, range, piece, number);
      yield { ...position, byte, length, others: others ?? {}, keysOnly: keysOnly === 1, problem };
      if (turns.isOver) await turns.toOthers();
    }
  }
}
