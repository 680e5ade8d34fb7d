const SPACE = /[ \t\n\r]*/y;
/** A number or a word; whatever else it holds is wrong. */
const WORD = /[^\s,:[\]{}"]*/y;
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
/** What a string may hold without a backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/**
 * Where a text stops being JSON: the offset of the first character that may not stand there, the length of a text that
 * ends too early, `undefined` for JSON. Engines of different versions tell it in different words, or not at all.
 */
export function syntaxErrorAt(text: string): number | undefined {
  return new SyntaxScan(text).run();
}

/** What may come next. */
type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

class SyntaxScan {
  readonly #text: string;
  readonly #open: ('{' | '[')[] = [];
  #position = 0;
  #expected: Expected = 'value';

  constructor(text: string) {
    this.#text = text;
  }

  run(): number | undefined {
    for (;;) {
      this.#position += this.#lengthOf(SPACE);
      if (this.#position >= this.#text.length) return this.#expected === 'nothing' ? undefined : this.#text.length;
      const wrong = this.#step(this.#text[this.#position]!);
      if (wrong !== undefined) return wrong;
    }
  }

  /** Reads one token; where it is wrong, if it is. */
  #step(character: string): number | undefined {
    const start = this.#position;
    const mayEnd = this.#expected.endsWith('or end');
    if (mayEnd && character === (this.#open.at(-1) === '{' ? '}' : ']')) return this.#close();
    switch (this.#expected) {
      case 'value':
      case 'value or end':
        return this.#value(character);
      case 'name':
      case 'name or end':
        if (character !== '"') return start;
        this.#expected = 'colon';
        return this.#string();
      case 'colon':
        if (character !== ':') return start;
        return this.#next('value');
      case 'comma or end':
        if (character !== ',') return start;
        return this.#next(this.#open.at(-1) === '{' ? 'name' : 'value');
      default:
        return start;
    }
  }

  #value(character: string): number | undefined {
    if (character === '{' || character === '[') {
      this.#open.push(character);
      return this.#next(character === '{' ? 'name or end' : 'value or end');
    }
    this.#expected = this.#afterValue();
    if (character === '"') return this.#string();
    const length = this.#lengthOf(WORD);
    if (!SCALAR.test(this.#text.slice(this.#position, this.#position + length))) return this.#position;
    this.#position += length;
    return undefined;
  }

  #next(expected: Expected): undefined {
    this.#position += 1;
    this.#expected = expected;
  }

  #close(): undefined {
    this.#open.pop();
    return this.#next(this.#afterValue());
  }

  #afterValue(): Expected {
    return this.#open.length === 0 ? 'nothing' : 'comma or end';
  }

  #string(): number | undefined {
    this.#position += 1;
    for (;;) {
      this.#position += this.#lengthOf(PLAIN);
      const character = this.#text[this.#position];
      const length = character === '"' ? 1 : this.#lengthOf(ESCAPE);
      if (length === 0) return this.#position;
      this.#position += length;
      if (character === '"') return undefined;
    }
  }

  #lengthOf(pattern: RegExp): number {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#text)?.[0].length ?? 0;
  }
}
