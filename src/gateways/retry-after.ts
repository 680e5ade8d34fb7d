/** The headers of an answer that say when to come again. */
export interface RetryHeaders {
  readonly retryAfter: string | null | undefined;
  /** What the other side's clock showed; ours may be off. */
  readonly date: string | null | undefined;
}

/** Milliseconds from a `Retry-After` header, which holds seconds or an HTTP date; undefined when it says neither. */
export function retryAfterMsOf({ retryAfter, date }: RetryHeaders): number | undefined {
  const value = retryAfter?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const waitMs = httpDateMs(value) - httpDateMs(date ?? '');
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

function httpDateMs(value: string): number {
  return /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
}
