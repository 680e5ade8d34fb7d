import { type ModelUsage, UsageSums } from './model-usage';
import { Numbered } from './numbered';
import { addUsage, NO_USAGE, type TokenUsage } from './usage';

export type RowClass = 'answered' | 'blocked' | 'failed';

/** One classified line of a job's output. */
export interface RowEntry {
  readonly kind: RowClass;
  readonly code: number | null;
  /** Finish reason, block reason or status word. */
  readonly status: string;
  readonly retryable: boolean;
  readonly usage: TokenUsage | null;
  /** What answered, as the line names it. @default null */
  readonly modelVersion?: string | null;
  /** Those of the prompt's tokens that are audio. @default 0 */
  readonly promptAudioTokens?: number;
  /** Which object its written line stands in, by the caller's numbering, and where. */
  readonly object: number;
  readonly offset: number;
  readonly length: number;
}

export interface RowTally {
  readonly answered: number;
  readonly blocked: number;
  readonly failed: number;
  readonly missing: number;
}

const RANKED = [undefined, 'failed', 'blocked', 'answered'] as const;
const RANK: Readonly<Record<RowClass, number>> = { failed: 1, blocked: 2, answered: 3 };

/** Bits of a row: its rank, and what holds for it. */
const RANK_BITS = 3;
const RETRYABLE = 4;
const MOVED = 8;
const SEEN_IN_ROUND = 16;
const TAKEN_OUT = 32;

/** More than a part has rows. */
const ROUND = 2 ** 32;

/**
 * Who wins each row of a part: an answer before a block before a failure, and the first to come among equals.
 * Entries are given round by round, in file order. Memory: 21 bytes a row, and the tokens of
 * those that have used some and no answer yet.
 */
export class PartBooks {
  readonly rows: number;
  readonly #bits: Uint8Array;
  readonly #object: Uint32Array;
  readonly #offset: Float64Array;
  readonly #length: Uint32Array;
  readonly #status: Uint32Array;
  readonly #usage = new UsageSums();
  /** Tokens of lines that a better one of the same round may replace. */
  readonly #replaceable = new Map<number, RowTokens>();
  /** Of each model, in rounds and rows, what it answered first. */
  readonly #firstAnswered = new Map<string | null, number>();
  readonly #statuses = new Numbered<string>();
  #currentRound = 0;
  #duplicates = 0;

  constructor(rows: number) {
    this.rows = rows;
    this.#bits = new Uint8Array(rows);
    this.#object = new Uint32Array(rows);
    this.#offset = new Float64Array(rows);
    this.#length = new Uint32Array(rows);
    this.#status = new Uint32Array(rows);
  }

  /** The entries that follow are of this round. */
  beginRound(round: number): void {
    if (round <= this.#currentRound) throw new RangeError(`Round ${round} comes after round ${this.#currentRound}`);
    this.#closeRound();
    this.#currentRound = round;
    for (let row = 0; row < this.rows; row += 1) this.#bits[row]! &= ~SEEN_IN_ROUND;
  }

  /** Enters a row that is never sent, before the first round. */
  takeOut(row: number, entry: RowEntry): void {
    if (this.#currentRound > 0) throw new RangeError(`Row ${row} is taken out after round ${this.#currentRound} began`);
    this.#take(row, RANK[entry.kind], entry);
    this.#bits[row]! |= TAKEN_OUT;
  }

  isTakenOut(row: number): boolean {
    return this.#has(row, TAKEN_OUT);
  }

  /** Enters a line that is known to be of this row. */
  enter(row: number, entry: RowEntry): void {
    if (row >= this.rows) throw new RangeError(`Row ${row} is outside of the part's ${this.rows} rows`);
    const standing = this.#rankOf(row);
    const rank = RANK[entry.kind];
    const seenBefore = this.#has(row, SEEN_IN_ROUND);
    if (seenBefore || (standing === RANK.answered && rank === standing)) this.#duplicates += 1;
    if (!seenBefore || rank > standing) this.#noteUsage(row, entry, Math.max(rank, standing) < RANK.answered);
    this.#bits[row]! |= SEEN_IN_ROUND;
    // Between rounds a later failure tells more of a row than an earlier one did.
    if (rank > standing || (rank === standing && rank === RANK.failed && !seenBefore)) this.#take(row, rank, entry);
  }

  /**
   * Enters a line that may be of any of these rows, whose requests are the same: the n-th answer goes to the n-th of them
   * that was sent in this round.
   */
  enterAmbiguous(rows: readonly number[], entry: RowEntry): void {
    const row = rows.find((candidate) => !this.#has(candidate, SEEN_IN_ROUND) && this.isRetryable(candidate));
    if (row === undefined) {
      this.#duplicates += 1;
      return;
    }
    this.enter(row, entry);
    if (this.isWinner(row, entry.object, entry.offset)) this.#bits[row]! |= MOVED;
  }

  kindOf(row: number): RowClass | 'missing' {
    return RANKED[this.#rankOf(row)] ?? 'missing';
  }

  /** Whether another round makes sense for the row; a row that never came counts in. */
  isRetryable(row: number): boolean {
    const rank = this.#rankOf(row);
    return rank === 0 || (rank === RANK.failed && this.#has(row, RETRYABLE));
  }

  isWinner(row: number, object: number, offset: number): boolean {
    return this.#rankOf(row) !== 0 && this.#object[row] === object && this.#offset[row] === offset;
  }

  /** The line of the row was written before it was known which of several rows it belongs to. */
  isMoved(row: number): boolean {
    return this.#has(row, MOVED);
  }

  /** Where the winner's line stands. */
  placeOf(row: number): { readonly object: number; readonly offset: number; readonly length: number } {
    return { object: this.#object[row]!, offset: this.#offset[row]!, length: this.#length[row]! };
  }

  *rowsThat(holds: (row: number) => boolean): Generator<number> {
    for (let row = 0; row < this.rows; row += 1) if (holds(row)) yield row;
  }

  count(holds: (row: number) => boolean): number {
    let count = 0;
    for (let row = 0; row < this.rows; row += 1) if (holds(row)) count += 1;
    return count;
  }

  tally(): RowTally {
    const counts = [0, 0, 0, 0];
    for (const bits of this.#bits) counts[bits & RANK_BITS]! += 1;
    return { missing: counts[0]!, failed: counts[1]!, blocked: counts[2]!, answered: counts[3]! };
  }

  /** Lines that said of a row what another had said. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Tokens of every round; a row that stands twice in one round's output counts once. */
  usage(): TokenUsage {
    return this.usageByModel().reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE);
  }

  /** The same by what answered, in the order of rounds and rows. */
  usageByModel(): readonly ModelUsage[] {
    this.#closeRound();
    const first = ({ modelVersion }: ModelUsage) => this.#firstAnswered.get(modelVersion)!;
    return this.#usage.models.toSorted((one, other) => first(one) - first(other));
  }

  /** With which word the answers of answered rows ended, and how many; `NONE` where the service gave no word. */
  finishReasons(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let row = 0; row < this.rows; row += 1) {
      if (this.#rankOf(row) !== RANK.answered) continue;
      const word = this.#statuses.at(this.#status[row]!) || 'NONE';
      counts[word] = (counts[word] ?? 0) + 1;
    }
    return counts;
  }

  /** `24 × RESOURCE_EXHAUSTED (retryable)`: why rows have no answer, the most frequent first, at most `limit`. */
  reasons(limit = 10): string[] {
    const counts = new Map<string, number>();
    for (let row = 0; row < this.rows; row += 1) {
      const kind = this.kindOf(row);
      if (kind === 'answered') continue;
      const word = kind === 'missing' ? 'MISSING' : this.#statuses.at(this.#status[row]!);
      const reason = `${word}${this.isRetryable(row) ? ' (retryable)' : kind === 'blocked' ? ' (blocked)' : ''}`;
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return [...counts]
      .sort(([leftWord, left], [rightWord, right]) => right - left || (leftWord < rightWord ? -1 : 1))
      .slice(0, limit)
      .map(([reason, count]) => `${count} × ${reason}`);
  }

  #rankOf(row: number): number {
    return this.#bits[row]! & RANK_BITS;
  }

  #has(row: number, bit: number): boolean {
    return (this.#bits[row]! & bit) !== 0;
  }

  #take(row: number, rank: number, entry: RowEntry): void {
    this.#bits[row] = (this.#bits[row]! & SEEN_IN_ROUND) | rank | (entry.retryable ? RETRYABLE : 0);
    this.#object[row] = entry.object;
    this.#offset[row] = entry.offset;
    this.#length[row] = entry.length;
    this.#status[row] = this.#statuses.numberOf(entry.status);
  }

  #noteUsage(
    row: number,
    { usage, modelVersion = null, promptAudioTokens = 0 }: RowEntry,
    isReplaceable: boolean,
  ): void {
    if (this.#replaceable.size > 0) this.#replaceable.delete(row);
    if (usage === null) return;
    const tokens = { usage, modelVersion, promptAudioTokens };
    if (isReplaceable) this.#replaceable.set(row, tokens);
    else this.#addUsage(row, tokens);
  }

  #addUsage(row: number, { usage, modelVersion, promptAudioTokens }: RowTokens): void {
    this.#usage.add(modelVersion, usage, promptAudioTokens);
    const place = this.#currentRound * ROUND + row;
    if (place < (this.#firstAnswered.get(modelVersion) ?? Infinity)) this.#firstAnswered.set(modelVersion, place);
  }

  #closeRound(): void {
    for (const [row, tokens] of this.#replaceable) this.#addUsage(row, tokens);
    this.#replaceable.clear();
  }
}

interface RowTokens {
  readonly usage: TokenUsage;
  readonly modelVersion: string | null;
  readonly promptAudioTokens: number;
}

/** What one round's output says, beside what the service says of it. */
export interface RoundCount {
  readonly round: number;
  /** Rows that were read from the output. */
  readonly rows: number;
  /** Lines that are no rows, a torn last line left out. */
  readonly unreadable: number;
  readonly succeeded: boolean;
  /** The service's own counts, where it gives any. */
  readonly counts: { readonly succeeded: number; readonly failed: number } | null;
}

/** What doesn't add up in a round; nothing when the service gives no counts. */
export function imbalancesOf({ round, rows, unreadable, succeeded, counts }: RoundCount): string[] {
  const imbalances: string[] = [];
  if (unreadable > 0) imbalances.push(`round ${round}: ${unreadable} lines of the output are no rows`);
  const told = counts === null ? 0 : counts.succeeded + counts.failed;
  if (succeeded && counts !== null && told !== rows) {
    imbalances.push(`round ${round}: the service counts ${told} rows, its output has ${rows}`);
  }
  return imbalances;
}
