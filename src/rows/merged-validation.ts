import type { Sources } from '../activities/contract';
import type { ValidationProblem } from '../domain/validation-problem';
import type { Repair } from '../domain/validation-rules';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, findRecord } from './commits';
import { readLines } from './lines';
import {
  type BadRowFacts,
  type RangeProblem,
  type RepairCounts,
  type RowFacts,
  type ValidatedRange,
  validatedRangeUri,
} from './validated-range';

/** The validation of the whole input. */
export interface MergedValidation {
  readonly sources: Sources;
  readonly records: readonly ValidatedRange[];
  /** For each range and piece, the lines of its file that stand before it. */
  readonly linesBefore: readonly (readonly number[])[];
  readonly rows: number;
  /** Rows without errors. */
  readonly soundRows: number;
  /** Rows with errors. */
  readonly badRows: number;
  readonly bytes: number;
  readonly errors: number;
  readonly warnings: number;
  readonly repaired: RepairCounts;
  /** Ordinals of files that are JSON arrays: one error each, whatever else was found in them. */
  readonly arrays: ReadonlySet<number>;
}

/** Puts the records of all ranges together. */
export async function mergeValidation(
  store: ObjectStore,
  sources: Sources,
  directory: string,
  options: CallOptions = {},
): Promise<MergedValidation> {
  const records = await readRecords(store, sources, directory, options);
  const pieces = records.flatMap((record) => record.pieces);
  const arrays = new Set(pieces.filter((piece) => piece.isArray).map((piece) => piece.file));
  const counted = pieces.filter((piece) => !arrays.has(piece.file));
  return {
    sources,
    records,
    linesBefore: countLinesBefore(records),
    rows: sumOf(pieces, (piece) => piece.lines),
    soundRows: sumOf(records, (record) => record.soundRows),
    badRows: sumOf(records, (record) => record.badRows),
    bytes: sumOf(sources.files, (file) => file.size),
    errors: arrays.size + sumOf(counted, (piece) => piece.errors),
    warnings: sumOf(counted, (piece) => piece.warnings),
    repaired: sumOfRepairs(records),
    arrays,
  };
}

function sumOfRepairs(records: readonly ValidatedRange[]): RepairCounts {
  const sums: Partial<Record<Repair, number>> = {};
  for (const { repaired } of records) {
    for (const [repair, times] of Object.entries(repaired) as [Repair, number][])
      sums[repair] = (sums[repair] ?? 0) + times;
  }
  return sums;
}

const RECORDS_AT_A_TIME = 16;

async function readRecords(store: ObjectStore, { ranges }: Sources, directory: string, options: CallOptions) {
  const records: ValidatedRange[] = [];
  for (let from = 0; from < ranges.length; from += RECORDS_AT_A_TIME) {
    const batch = ranges.slice(from, from + RECORDS_AT_A_TIME).map(async (_, position) => {
      const uri = validatedRangeUri(directory, from + position);
      const record = await findRecord<ValidatedRange>(store, uri, options);
      if (record === undefined)
        throw new Error(`Range ${from + position} has no record at ${uri}: it was not validated`);
      return record;
    });
    records.push(...(await Promise.all(batch)));
  }
  return records;
}

function countLinesBefore(records: readonly ValidatedRange[]): number[][] {
  const lines = new Map<number, number>();
  return records.map(({ pieces }) =>
    pieces.map((piece) => {
      const before = lines.get(piece.file) ?? 0;
      lines.set(piece.file, before + piece.lines);
      return before;
    }),
  );
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

/** Where something that a range noted stands in the input. */
interface InputPosition {
  /** Ordinal among the sources. */
  readonly file: number;
  readonly uri: string;
  /** From 1. */
  readonly line: number;
}

function positionOf(merged: MergedValidation, range: number, piece: number, number: number): InputPosition {
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
      const { piece, number, ...problem } = JSON.parse(String(content)) as RangeProblem;
      const position = positionOf(merged, range, piece, number);
      if (!merged.arrays.has(position.file) || problem.rule === 'json-array') yield { ...problem, ...position };
    }
  }
}

/** A row and where it stands. */
export interface PlacedRow extends InputPosition {
  readonly byte: number;
  readonly length: number;
  /** The caller's fields; his keys alone where `keysOnly`. */
  readonly others: Readonly<Record<string, unknown>>;
  readonly keysOnly: boolean;
  /** The first of its errors; null for a sound row. */
  readonly problem: BadRowFacts[6] | null;
}

/** All rows in input order, sound and bad. */
export async function* readPlacedRows(
  store: ObjectStore,
  merged: MergedValidation,
  options: CallOptions = {},
): AsyncGenerator<PlacedRow, void, undefined> {
  for (const [range, { facts: object }] of merged.records.entries()) {
    if (object.rows === 0) continue;
    for await (const line of readLines(store.read(object.uri, { generation: object.generation, ...options }))) {
      const facts = JSON.parse(String(line.content)) as RowFacts;
      const [piece, number, byte, length, others, keysOnly] = facts;
      const problem = facts.length === 7 ? facts[6] : null;
      const position = positionOf(merged, range, piece, number);
      yield { ...position, byte, length, others: others ?? {}, keysOnly: keysOnly === 1, problem };
    }
  }
}
