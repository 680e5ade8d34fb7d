import type { BatchOutcome, BatchReason, RowBooks } from '../messages';

/** What is known of a run when its books are closed. */
export interface RunEnd {
  readonly input: number;
  readonly books: RowBooks;
  /** The input was read and has no row, which the request allows. */
  readonly isEmpty?: boolean;
  /** Answered rows that the handler has not seen; 0 without a handler. */
  readonly unprocessed: number;
  readonly minAnsweredShare: number | null;
  readonly cancelled: boolean;
  /** Why the run stopped or its jobs ended early, most telling first. */
  readonly reasons: readonly BatchReason[];
  /** The caller asked that this end counts as failure, whatever was answered. */
  readonly mustFail: boolean;
  /** What doesn't add up. */
  readonly imbalances: readonly string[];
  /** `24 × RESOURCE_EXHAUSTED (retryable)` … */
  readonly rowReasons: readonly string[];
}

export interface Verdict {
  readonly outcome: BatchOutcome;
  readonly reason: BatchReason | null;
}

/** How a run ends: red when it gave less than was asked for, `cancelled` only when a cancel cost something. */
export function verdictOf(end: RunEnd): Verdict {
  const unanswered = end.input - end.books.answered;
  const complete = (end.input > 0 || end.isEmpty === true) && unanswered === 0 && end.unprocessed === 0;
  const sound = end.imbalances.length === 0 && !end.reasons.some((reason) => reason.type === 'InputChanged');
  if (end.mustFail) return { outcome: 'failed', reason: leadingReason(end) };
  if (complete && sound) return { outcome: 'succeeded', reason: null };
  if (end.cancelled && !complete) return { outcome: 'cancelled', reason: leadingReason(end) };
  if (isBelowShare(end)) return { outcome: 'failed', reason: leadingReason(end) };
  return { outcome: 'partial', reason: leadingReason(end) };
}

function isBelowShare(end: RunEnd): boolean {
  if (end.books.answered === 0) return true;
  if (end.cancelled || end.minAnsweredShare === null) return false;
  return end.books.answered / end.input < end.minAnsweredShare;
}

function leadingReason(end: RunEnd): BatchReason {
  const [stated, ...others] = end.reasons;
  if (stated !== undefined) {
    const messages = new Set([stated, ...others].map((reason) => reason.message));
    return withRows({ type: stated.type, message: [...messages].slice(0, 3).join('; ') }, end);
  }
  if (end.imbalances.length > 0) return { type: 'BooksUnbalanced', message: end.imbalances.join('; ') };
  return { type: 'RowsUnanswered', message: rowsMessage(end) };
}

function withRows(reason: BatchReason, end: RunEnd): BatchReason {
  return end.input === 0 ? reason : { ...reason, message: `${reason.message} (${rowsMessage(end)})` };
}

function rowsMessage(end: RunEnd): string {
  const rows = `${end.books.answered} of ${end.input} rows answered`;
  const asked = end.minAnsweredShare === null ? '' : `, asked for ${Number((100 * end.minAnsweredShare).toFixed(4))} %`;
  const unprocessed = end.unprocessed > 0 ? `, ${end.unprocessed} not processed` : '';
  const causes = end.rowReasons.length > 0 ? `: ${end.rowReasons.join(', ')}` : '';
  return `${rows}${asked}${unprocessed}${causes}`;
}

export const NO_BOOKS: RowBooks = { answered: 0, blocked: 0, failed: 0, missing: 0 };

export function addBooks(one: RowBooks, other: RowBooks): RowBooks {
  return {
    answered: one.answered + other.answered,
    blocked: one.blocked + other.blocked,
    failed: one.failed + other.failed,
    missing: one.missing + other.missing,
  };
}

export function totalOf(books: RowBooks): number {
  return books.answered + books.blocked + books.failed + books.missing;
}
