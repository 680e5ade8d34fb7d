/**
 * A pattern of `matchGlob` as an expression for whole names: `*` and `?` stay within a path segment, `**` doesn't,
 * `[a-z]` and `[!a-z]` are sets, `{a,b}` alternatives, and a backslash makes the next character plain.
 */
export function globExpression(glob: string): RegExp {
  const tokens = glob.match(/\\[^]|\*+|\[!?\]?[^\]]*\]|[^]/gu) ?? [];
  let depth = 0;
  const sources = tokens.map((token) => {
    if (token === '{') depth += 1;
    const source = sourceOf(token, depth > 0);
    if (token === '}' && depth > 0) depth -= 1;
    return source;
  });
  return new RegExp(`^${sources.join('')}$`, 'u');
}

function sourceOf(token: string, isInBraces: boolean): string {
  if (token === '*') return '[^/]*';
  if (token.startsWith('**')) return '[^]*';
  if (token === '?') return '[^/]';
  if (token.length > 1 && token.startsWith('[')) return setOf(token);
  if (token === '{') return '(?:';
  if (isInBraces && token === '}') return ')';
  if (isInBraces && token === ',') return '|';
  return escaped(token.startsWith('\\') && token.length > 1 ? token.slice(1) : token);
}

function setOf(token: string): string {
  const isNegated = token.startsWith('[!');
  const members = token.slice(isNegated ? 2 : 1, -1).replaceAll(/[\\\]^[]/g, String.raw`\$&`);
  return isNegated ? `[^/${members}]` : `[${members}]`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
