/** From and to, in UTF-16 units. */
export type Span = readonly [from: number, to: number];

/**
 * Where the value at a path such as `request.contents[0].role` stands in a line of JSON; as far as the path leads, where it
 * doesn't exist to its end. `undefined` when the text isn't such JSON.
 */
export function positionOf(text: string, path: string): Span | undefined {
  try {
    return find(text, skipSpace(text, 0), stepsOf(path));
  } catch {
    return undefined;
  }
}

function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? String(name) : Number(index),
  );
}

function find(text: string, start: number, [step, ...rest]: readonly (string | number)[]): Span | undefined {
  if (start >= text.length) return undefined;
  if (step === undefined) return [start, valueEnd(text, start)];
  for (const member of membersOf(text, start)) {
    if (member.name === step) return find(text, member.start, rest);
  }
  return start === 0 ? undefined : [start, valueEnd(text, start)];
}

interface Member {
  readonly name: string | number;
  readonly start: number;
}

/** The members of the object or array that begins there. */
function* membersOf(text: string, start: number): Generator<Member> {
  const isObject = text[start] === '{';
  if (!isObject && text[start] !== '[') return;
  let position = skipSpace(text, start + 1);
  for (let index = 0; position < text.length && !/[\]}]/.test(text[position]!); index += 1) {
    let name: string | number = index;
    if (isObject) {
      const nameEnd = stringEnd(text, position);
      name = JSON.parse(text.slice(position, nameEnd)) as string;
      position = skipSpace(text, skipSpace(text, nameEnd) + 1);
    }
    yield { name, start: position };
    position = skipSpace(text, valueEnd(text, position));
    if (text[position] === ',') position = skipSpace(text, position + 1);
  }
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  if (text[start] !== '{' && text[start] !== '[')
    return start + (/^[^\s,\]}]+/.exec(text.slice(start, start + 400))?.[0].length ?? 1);
  let levels = 0;
  for (let position = start; position < text.length; position += 1) {
    const character = text[position];
    if (character === '"') position = stringEnd(text, position) - 1;
    else if (character === '{' || character === '[') levels += 1;
    else if ((character === '}' || character === ']') && --levels === 0) return position + 1;
  }
  throw new SyntaxError('a value has no end');
}

function stringEnd(text: string, start: number): number {
  for (let position = start + 1; position < text.length; position += 1) {
    if (text[position] === '\\') position += 1;
    else if (text[position] === '"') return position + 1;
  }
  throw new SyntaxError('a string has no end');
}

function skipSpace(text: string, from: number): number {
  let position = from;
  while (/\s/.test(text[position] ?? '')) position += 1;
  return position;
}
