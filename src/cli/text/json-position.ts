/** From and to, in UTF-16 units. */
export type Span = readonly [from: number, to: number];

/** Where a member of an object or array stands in a text. */
export interface JsonPosition {
  /** Its name in quotes; `undefined` for elements of arrays. */
  readonly name: Span | undefined;
  /** To the end of the text, where that comes before the end of the value. */
  readonly value: Span;
  /** Whether the path leads on, to what isn't there. */
  readonly isParent: boolean;
}

/**
 * Where the value at a path such as `request.contents[0].role` or `request["a.b"]` stands in a line of JSON; as far as
 * the path leads, where it doesn't exist to its end. Of members of one name it is the last, as for `JSON.parse`.
 * `undefined` when not even the path's beginning is there.
 */
export function positionOf(text: string, path: string): JsonPosition | undefined {
  let found: Member | undefined;
  let start = skipSpace(text, 0);
  for (const step of stepsOf(path)) {
    const member = memberAt(text, start, step);
    if (member === undefined) return found && { ...spansOf(text, found), isParent: true };
    found = member;
    start = member.start;
  }
  return found && { ...spansOf(text, found), isParent: false };
}

/** The names and indexes of a path. One that is cut off is read as far as it goes. */
function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const step = /\.?([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;
  for (let match = step.exec(path); match !== null; match = step.exec(path)) {
    const [, name, index, quoted] = match;
    if (name !== undefined) steps.push(name);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push(JSON.parse(quoted ?? '""') as string);
  }
  return steps;
}

interface Member {
  readonly step: string | number;
  readonly name: Span | undefined;
  readonly start: number;
}

function spansOf(text: string, { name, start }: Member): Pick<JsonPosition, 'name' | 'value'> {
  return { name, value: [start, valueEnd(text, start)] };
}

function memberAt(text: string, start: number, step: string | number): Member | undefined {
  let found: Member | undefined;
  for (const member of membersOf(text, start)) {
    if (member.step === step) found = member;
    if (found !== undefined && typeof step === 'number') break;
  }
  return found;
}

/** The members of the object or array that begins there, as far as it is JSON. */
function* membersOf(text: string, start: number): Generator<Member> {
  const isObject = text[start] === '{';
  if (!isObject && text[start] !== '[') return;
  let position = skipSpace(text, start + 1);
  for (let index = 0; position < text.length && !/[\]}]/.test(text[position]!); index += 1) {
    let step: string | number = index;
    let name: Span | undefined;
    if (isObject) {
      name = [position, stringEnd(text, position)];
      const unquoted = parseString(text.slice(...name));
      if (unquoted === undefined) return;
      step = unquoted;
      position = skipSpace(text, skipSpace(text, name[1]) + 1);
    }
    yield { step, name, start: position };
    position = skipSpace(text, valueEnd(text, position));
    if (text[position] !== ',') return;
    position = skipSpace(text, position + 1);
  }
}

function parseString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

const SCALAR = /[^\s,\]}]*/y;
const BRACKET_OR_STRING = /["[\]{}]/g;

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  if (text[start] !== '{' && text[start] !== '[') {
    SCALAR.lastIndex = start;
    return start + (SCALAR.exec(text)?.[0].length ?? 0);
  }
  let levels = 0;
  let position = start;
  while (position < text.length) {
    BRACKET_OR_STRING.lastIndex = position;
    const found = BRACKET_OR_STRING.exec(text);
    if (found === null) break;
    position = found[0] === '"' ? stringEnd(text, found.index) : found.index + 1;
    if (found[0] === '{' || found[0] === '[') levels += 1;
    else if (found[0] !== '"' && --levels === 0) return position;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let position = from;
  while (/\s/.test(text[position] ?? '')) position += 1;
  return position;
}
