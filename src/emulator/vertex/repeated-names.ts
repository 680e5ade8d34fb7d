const COLON = 0x3a;
const BACKSLASH = 0x5c;
/** Strings and structure; what stands between them doesn't matter here. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;

/** Whether a JSON text names more than its parsed value has: then an object has a name twice, and the last one won. */
export function hasRepeatedName(text: string, value: unknown): boolean {
  return namesIn(text) !== namesOf(value);
}

/** The first name that stands twice in one object, or `undefined`. */
export function repeatedNameIn(text: string): string | undefined {
  const objects: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') objects.push(new Set());
    else if (token === '}' || token === ']') objects.pop();
    else if (token !== ':') last = token;
    else {
      const name = JSON.parse(last) as string;
      const names = objects.at(-1);
      if (names?.has(name) === true) return name;
      names?.add(name);
    }
  }
  return undefined;
}

/** Hops from quote to quote: what strings hold isn't looked at. */
function namesIn(text: string): number {
  let names = 0;
  let open = text.indexOf('"');
  while (open !== -1) {
    let close = text.indexOf('"', open + 1);
    while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
    if (isFollowedByColon(text, close)) names += 1;
    open = text.indexOf('"', close + 1);
  }
  return names;
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote;
  while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 1;
}

function isFollowedByColon(text: string, quote: number): boolean {
  let next = quote + 1;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  return text.charCodeAt(next) === COLON;
}

/** Without recursion: what a hostile row nests is not known yet. */
function namesOf(value: unknown): number {
  let names = 0;
  const left: unknown[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const entries = next as Readonly<Record<string, unknown>>;
    const isList = Array.isArray(next);
    for (const name in entries) {
      if (!isList) names += 1;
      const content = entries[name];
      if (typeof content === 'object' && content !== null) left.push(content);
    }
  }
  return names;
}
