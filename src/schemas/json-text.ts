import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../domain/json-characters';

/** Hears what stands where in a text; each `end` is one past the last character. */
export interface JsonVisitor {
  open(kind: 'object' | 'array', start: number): void;
  close(end: number): void;
  /** With its quotes. */
  name(start: number, end: number): void;
  scalar(start: number, end: number): void;
}

/** Walks through a text that `JSON.parse` takes, however deep it is. */
export function walkJson(text: string, visitor: JsonVisitor): void {
  const stack: ('object' | 'array')[] = [];
  let expectsName = false;
  let position = 0;
  while (position < text.length) {
    const start = position;
    position += 1;
    switch (text.charCodeAt(start)) {
      case OPEN_BRACE:
      case OPEN_BRACKET: {
        const kind = text.charCodeAt(start) === OPEN_BRACE ? 'object' : 'array';
        stack.push(kind);
        expectsName = kind === 'object';
        visitor.open(kind, start);
        break;
      }
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        stack.pop();
        expectsName = false;
        visitor.close(position);
        break;
      case COMMA:
        expectsName = stack.at(-1) === 'object';
        break;
      case COLON:
        expectsName = false;
        break;
      case QUOTE:
        position = stringEnd(text, start);
        if (expectsName) visitor.name(start, position);
        else visitor.scalar(start, position);
        break;
      default:
        if (isSpace(text, start)) break;
        while (position < text.length && !endsScalar(text, position)) position += 1;
        visitor.scalar(start, position);
    }
  }
}

/** The name that stands there, without quotes and escapes. */
export function decodedName(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}

/** One past the closing quote. */
function stringEnd(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
  if (close === -1) throw new SyntaxError(`The text is not valid JSON: the string at position ${open} has no end`);
  return close + 1;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(position - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function isSpace(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function endsScalar(text: string, position: number): boolean {
  const code = text.charCodeAt(position);
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(text, position);
}
