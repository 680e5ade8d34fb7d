/** `$21.60`; what is less than a cent in full. */
export function dollarsText(usd: number): string {
  return `$${usd > 0 && usd < 0.01 ? usd.toFixed(6) : usd.toFixed(2)}`;
}
