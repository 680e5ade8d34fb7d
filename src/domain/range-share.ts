/** Ranges that fit into a run's history, for its input, its output and its results each. */
const RANGES_OF_RUN = 500;

/** At most so many ranges are made of what a part's job wrote: the part's share of what all parts may have together. */
export function rangesOfPart(parts: readonly { readonly bytes: number }[], part: { readonly bytes: number }): number {
  const bytes = parts.reduce((sum, one) => sum + one.bytes, 0);
  return Math.max(1, Math.floor((RANGES_OF_RUN * part.bytes) / Math.max(1, bytes)));
}

/** Ranges of a part that are open at a time, where so many parts may be at work: a run keeps about fifty open in all. */
export function rangesAtATime(partsAtWork: number): number {
  return Math.max(1, Math.floor(50 / Math.max(1, partsAtWork)));
}
