/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('median needs at least one value, got none');
  return (lower + upper) / 2;
}

/** Lowest and highest value. */
export function spread(values: readonly number[]): { readonly lowest: number; readonly highest: number } {
  if (values.length === 0) throw new RangeError('spread needs at least one value, got none');
  return { lowest: Math.min(...values), highest: Math.max(...values) };
}
