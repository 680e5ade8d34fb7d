import { count } from '../domain/count-text';
import { type JsonVisitor, walkJson } from './json-text';

/** Ten times what a table of BigQuery has columns. */
const MOST_DIFFERENT = 100_000;
const MOST_IN_ALL = 1_000_000;
/** What a member takes at least: `"":1,`. */
const LEAST_MEMBER_BYTES = 5;

/**
 * Why a line isn't read, or `undefined`: the engine takes seconds for what has this many names, and nothing else goes on meanwhile.
 * It need not be JSON.
 */
export function tooManyNames(line: Buffer): string | undefined {
  if (line.length < MOST_DIFFERENT * LEAST_MEMBER_BYTES) return undefined;
  const names = new NameCount(line.toString('latin1'));
  names.walk();
  if (names.different > MOST_DIFFERENT) return messageOf(`${count(MOST_DIFFERENT)} different names`);
  return names.inAll > MOST_IN_ALL ? messageOf(`${count(MOST_IN_ALL)} names`) : undefined;
}

function messageOf(limit: string): string {
  return `the line has more than ${limit} of members and isn't read; write names that are data as a list of {name, value}, and much data as text`;
}

/** Names as they stand in a text, counted until there are too many. */
class NameCount implements JsonVisitor {
  readonly #text: string;
  readonly #names = new Set<string>();
  inAll = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get different(): number {
    return this.#names.size;
  }

  walk(): void {
    try {
      walkJson(this.#text, this);
    } catch {
      // what has no end is told of by whoever parses it
    }
  }

  name(start: number, end: number): void {
    this.inAll += 1;
    if (this.#names.size <= MOST_DIFFERENT) this.#names.add(this.#text.slice(start, end));
  }

  open(): void {}
  close(): void {}
  scalar(): void {}
}
