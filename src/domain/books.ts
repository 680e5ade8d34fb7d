import { type ModelUsage, UsageSums } from './model-usage';
import { Numbered } from './numbered';
import { addUsage, NO_USAGE, putUsage, TOKEN_KINDS, type TokenUsage, usageIn } from './usage';

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

/**
 * Who wins each row of a part: an answer before a block before a failure, and the first to come among equals.
 * Entries are given round by round, in file order. Memory: some 60 bytes a row.
 */
export class PartBooks {
  readonly rows: number;
  readonly #rank: Uint8Array;
  readonly #retryable: Uint8Array;
  readonly #round: Uint8Array;
  readonly #seenInRound: Uint8Array;
  readonly #moved: Uint8Array;
  readonly #object: Uint32Array;
  readonly #offset: Float64Array;
  readonly #length: Uint32Array;
  readonly #status: Uint32Array;
  /** Columns: {@link TOKEN_KINDS}, then audio of the prompt. */
  readonly #roundUsage: Float64Array;
  /** 0 for rows without usage, else 1 and the model's place in `#models`. */
  readonly #roundModel: Uint16Array;
  readonly #usage = new UsageSums();
  readonly #models = new Numbered<string | null>();
  readonly #statuses = new Numbered<string>();
  #currentRound = 0;
  #duplicates = 0;

  constructor(rows: number) {
    this.rows = rows;
    this.#rank = new Uint8Array(rows);
    this.#retryable = new Uint8Array(rows);
    this.#round = new Uint8Array(rows);
    this.#seenInRound = new Uint8Array(rows);
    this.#moved = new Uint8Array(rows);
    this.#object = new Uint32Array(rows);
    this.#offset = new Float64Array(rows);
    this.#length = new Uint32Array(rows);
    this.#status = new Uint32Array(rows);
    this.#roundUsage = new Float64Array(rows * COLUMNS);
    this.#roundModel = new Uint16Array(rows);
  }

  /** The entries that follow are of this round. */
  beginRound(round: number): void {
    if (round <= this.#currentRound) throw new RangeError(`Round ${round} comes after round ${this.#currentRound}`);
    this.#closeRound();
    this.#currentRound = round;
  }

  /** Enters a row that is never sent, before the first round. */
  takeOut(row: number, entry: RowEntry): void {
    if (this.#currentRound > 0) throw new RangeError(`Row ${row} is taken out after round ${this.#currentRound} began`);
    this.#take(row, RANK[entry.kind], entry);
  }

  isTakenOut(row: number): boolean {
    return this.#rank[row] !== 0 && this.#round[row] === 0;
  }

  /** Enters a line that is known to be of this row. */
  enter(row: number, entry: RowEntry): void {
    if (row >= this.rows) throw new RangeError(`Row ${row} is outside of the part's ${this.rows} rows`);
    const standing = this.#rank[row]!;
    const rank = RANK[entry.kind];
    const seenBefore = this.#seenInRound[row] === this.#currentRound;
    if (seenBefore || (standing === RANK.answered && rank === standing)) this.#duplicates += 1;
    if (!seenBefore || rank > standing) this.#noteUsage(row, entry);
    this.#seenInRound[row] = this.#currentRound;
    // Between rounds a later failure tells more of a row than an earlier one did.
    if (rank > standing || (rank === standing && rank === RANK.failed && !seenBefore)) this.#take(row, rank, entry);
  }

  /**
   * Enters a line that may be of any of these rows, whose requests are the same: the n-th answer goes to the n-th of them
   * that was sent in this round.
   */
  enterAmbiguous(rows: readonly number[], entry: RowEntry): void {
    const row = rows.find(
      (candidate) => this.#seenInRound[candidate] !== this.#currentRound && this.isRetryable(candidate),
    );
    if (row === undefined) {
      this.#duplicates += 1;
      return;
    }
    this.enter(row, entry);
    if (this.isWinner(row, entry.object, entry.offset)) this.#moved[row] = 1;
  }

  kindOf(row: number): RowClass | 'missing' {
    return RANKED[this.#rank[row]!] ?? 'missing';
  }

  /** Whether another round makes sense for the row; a row that never came counts in. */
  isRetryable(row: number): boolean {
    return this.#rank[row] === 0 || (this.#rank[row] === RANK.failed && this.#retryable[row] === 1);
  }

  isWinner(row: number, object: number, offset: number): boolean {
    return this.#rank[row] !== 0 && this.#object[row] === object && this.#offset[row] === offset;
  }

  /** The line of the row was written before it was known which of several rows it belongs to. */
  isMoved(row: number): boolean {
    return this.#moved[row] === 1;
  }

  /** Where the winner's line stands, and the round it is from. */
  placeOf(row: number): {
    readonly object: number;
    readonly offset: number;
    readonly length: number;
    readonly round: number;
  } {
    return {
      object: this.#object[row]!,
      offset: this.#offset[row]!,
      length: this.#length[row]!,
      round: this.#round[row]!,
    };
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
    for (const rank of this.#rank) counts[rank]! += 1;
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

  /** The same by what answered. */
  usageByModel(): readonly ModelUsage[] {
    this.#closeRound();
    return this.#usage.models;
  }

  /** With which word the answers of answered rows ended, and how many; `NONE` where the service gave no word. */
  finishReasons(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let row = 0; row < this.rows; row += 1) {
      if (this.#rank[row] !== RANK.answered) continue;
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

  #take(row: number, rank: number, entry: RowEntry): void {
    this.#rank[row] = rank;
    this.#retryable[row] = entry.retryable ? 1 : 0;
    this.#round[row] = this.#currentRound;
    this.#moved[row] = 0;
    this.#object[row] = entry.object;
    this.#offset[row] = entry.offset;
    this.#length[row] = entry.length;
    this.#status[row] = this.#statuses.numberOf(entry.status);
  }

  #noteUsage(row: number, { usage, modelVersion = null, promptAudioTokens = 0 }: RowEntry): void {
    this.#roundModel[row] = usage === null ? 0 : 1 + this.#models.numberOf(modelVersion);
    if (usage === null) return;
    const first = row * COLUMNS;
    putUsage(usage, this.#roundUsage, first);
    this.#roundUsage[first + TOKEN_KINDS.length] = promptAudioTokens;
  }

  #closeRound(): void {
    for (let row = 0; row < this.rows; row += 1) {
      const model = this.#roundModel[row]!;
      if (model === 0) continue;
      const first = row * COLUMNS;
      const usage = usageIn(this.#roundUsage, first);
      this.#usage.add(this.#models.at(model - 1), usage, this.#roundUsage[first + TOKEN_KINDS.length]!);
    }
    this.#roundModel.fill(0);
  }
}

const COLUMNS = TOKEN_KINDS.length + 1;

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
