/** The token counts of `usageMetadata`, in the service's words. */
export const TOKEN_KINDS = [
  'promptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
] as const;

export type TokenKind = (typeof TOKEN_KINDS)[number];
export type TokenUsage = Readonly<Record<TokenKind, number>>;

export const NO_USAGE: TokenUsage = usageOf(() => 0);

/** Usage whose counts are what `count` gives for each kind. */
export function usageOf(count: (kind: TokenKind) => number): TokenUsage {
  return {
    promptTokenCount: count('promptTokenCount'),
    candidatesTokenCount: count('candidatesTokenCount'),
    thoughtsTokenCount: count('thoughtsTokenCount'),
    cachedContentTokenCount: count('cachedContentTokenCount'),
    toolUsePromptTokenCount: count('toolUsePromptTokenCount'),
    totalTokenCount: count('totalTokenCount'),
  };
}

/** Usage whose counts stand in the order of {@link TOKEN_KINDS}, from that place on. */
export function usageIn(counts: Float64Array, from = 0): TokenUsage {
  let place = from;
  return usageOf(() => counts[place++]!);
}

export function addUsage(left: TokenUsage, right: TokenUsage | null): TokenUsage {
  if (right === null) return left;
  // spelled out: by names from a list it takes five times as long, and it is done for each row
  return {
    promptTokenCount: left.promptTokenCount + right.promptTokenCount,
    candidatesTokenCount: left.candidatesTokenCount + right.candidatesTokenCount,
    thoughtsTokenCount: left.thoughtsTokenCount + right.thoughtsTokenCount,
    cachedContentTokenCount: left.cachedContentTokenCount + right.cachedContentTokenCount,
    toolUsePromptTokenCount: left.toolUsePromptTokenCount + right.toolUsePromptTokenCount,
    totalTokenCount: left.totalTokenCount + right.totalTokenCount,
  };
}

/** Sums of what both count, by name. */
export function addUsageByModel(
  left: Readonly<Record<string, TokenUsage>>,
  right: Readonly<Record<string, TokenUsage>>,
): Readonly<Record<string, TokenUsage>> {
  const sums = Object.entries(right).map(([name, usage]) => [name, addUsage(usage, left[name] ?? null)] as const);
  return { ...left, ...Object.fromEntries(sums) };
}

export function addCounts(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums = Object.entries(right).map(([name, count]) => [name, count + (left[name] ?? 0)] as const);
  return { ...left, ...Object.fromEntries(sums) };
}
