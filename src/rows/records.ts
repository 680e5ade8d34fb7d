import type { SettledPart } from '../activities/contract';
import type { FileRange, Outputs, PinnedTable } from './sources';
import type { TokenUsage } from '../messages';
import type { CollectedWords } from './collected-rows';
import type { DataObject } from './commits';

/** What was found of a job's output. */
export interface JobOutputs extends Outputs {
  /** The job succeeded: its files are whole. */
  readonly endedWell: boolean;
  /** Of which the one file is a copy, perhaps without the requests that its rows echo. */
  readonly table?: PinnedTable;
}

/** What names a collected range: everything that its lines gave. */
export interface CollectRecord {
  /** Lines that aren't blank. */
  readonly lines: number;
  /** Lines that are rows, strangers included. */
  readonly rows: number;
  readonly answered: number;
  readonly blocked: number;
  readonly failed: number;
  /** Rows that belong to no row of the part. */
  readonly strangers: number;
  /** Lines that are no rows. */
  readonly unreadable: number;
  /** An unfinished last line in the output of a job that died: 0 or 1. */
  readonly torn: number;
  readonly usage: TokenUsage;
  readonly results: DataObject | null;
  readonly errors: DataObject | null;
  /** One for each of them and of the errors, as `collected-rows.ts` writes them. */
  readonly entries: DataObject | null;
  /** What the entries name by its place. */
  readonly words: CollectedWords;
  /** The first few lines that aren't rows of the part. */
  readonly problems: readonly OutputProblem[];
}

export interface OutputProblem {
  readonly kind: 'stranger' | 'unreadable' | 'torn';
  readonly uri: string;
  /** Offset of the line's first byte. */
  readonly byte: number;
  /** The line as it stands, cut where it is long. */
  readonly text: string;
}

/** Content of a part's `settledUri`. */
export interface SettledRecord {
  readonly part: number;
  /** What settling answered. */
  readonly settled: SettledPart;
  /** `results/part-*.jsonl`, in order. */
  readonly results: readonly DataObject[];
  /** Ranges of `results` for the handler. */
  readonly ranges: readonly FileRange[];
  readonly errors: DataObject | null;
  readonly deadLetters: DataObject | null;
  /** The first few lines of the outputs that aren't rows of the part. */
  readonly problems: readonly OutputProblem[];
}

/** How far a range of results is processed. Tallies are from the range's beginning. */
export interface ProcessedRecord {
  readonly from: number;
  readonly to: number;
  /** No row that begins here or behind was handed to the handler before this record stood. */
  readonly handedBelow: number;
  readonly processed: number;
  readonly rejected: number;
  /** Rows that were rejected since the record before. */
  readonly rejectedRows: DataObject | null;
  /** Which attempt wrote it: an attempt knows its own record, whose answer was lost, from another's. */
  readonly attempt: string;
  /** The last record before this one that has rejected rows. */
  readonly rejectedBefore: string | null;
}

/** One line of `rejected.jsonl`. */
export interface RejectedRow {
  readonly key: string;
  readonly reason: string;
  readonly handler: string;
  readonly source: { readonly uri: string; readonly line: number };
}
