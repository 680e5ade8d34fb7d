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

export function addUsage(left: TokenUsage, right: TokenUsage | null): TokenUsage {
  return right === null ? left : usageOf((kind) => left[kind] + right[kind]);
}
