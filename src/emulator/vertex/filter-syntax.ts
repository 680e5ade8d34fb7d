/** A filter as written: what it compares, before anybody asked whether such a field exists. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly part: FilterNode }
  | { readonly kind: 'compare'; readonly field: string; readonly operator: Operator; readonly value: string };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | ':';

/** The filter cannot be read; the message says where. */
export class FilterSyntaxError extends Error {}

interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:(?<open>\()|(?<close>\))|(?<operator>!=|<=|>=|=|<|>|:)|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|(?<word>-?[^\s()=!<>:"']+))/sy;

/** Reads Google's filter language (AIP-160), in which `OR` binds tighter than `AND` and a space is an `AND`. */
export function parseFilter(filter: string): FilterNode | undefined {
  const parser = new FilterParser(tokensOf(filter));
  return parser.isAtEnd ? undefined : parser.parse();
}

function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  const expression = new RegExp(TOKEN);
  while (expression.lastIndex < filter.trimEnd().length) {
    const at = expression.lastIndex;
    const groups = expression.exec(filter)?.groups;
    if (groups === undefined)
      throw new FilterSyntaxError(`Unexpected character at position ${at}: ${filter.slice(at, at + 20)}`);
    tokens.push({ ...tokenOf(groups), at });
  }
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>): Omit<Token, 'at'> {
  const quoted = groups['double'] ?? groups['single'];
  if (quoted !== undefined) return { kind: 'text', text: quoted.replaceAll(/\\(.)/gs, '$1') };
  for (const kind of ['open', 'close', 'operator', 'word'] as const) {
    const text = groups[kind];
    if (text !== undefined) return { kind, text };
  }
  throw new FilterSyntaxError('Unexpected end of filter');
}

class FilterParser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  parse(): FilterNode {
    const node = this.#conjunction();
    if (!this.isAtEnd) throw this.#unexpected();
    return node;
  }

  #conjunction(): FilterNode {
    const parts = [this.#disjunction()];
    while (!this.isAtEnd && this.#peek()?.kind !== 'close') {
      this.#takeWord('AND');
      parts.push(this.#disjunction());
    }
    return parts.length === 1 ? (parts[0] as FilterNode) : { kind: 'and', parts };
  }

  #disjunction(): FilterNode {
    const parts = [this.#term()];
    while (this.#takeWord('OR')) parts.push(this.#term());
    return parts.length === 1 ? (parts[0] as FilterNode) : { kind: 'or', parts };
  }

  #term(): FilterNode {
    if (this.#takeWord('NOT')) return { kind: 'not', part: this.#term() };
    if (this.#peek()?.kind === 'open') {
      this.#position += 1;
      const node = this.#conjunction();
      this.#expect('close');
      return node;
    }
    return this.#comparison();
  }

  #comparison(): FilterNode {
    const word = this.#expect('word').text;
    const negated = word.startsWith('-');
    const operator = this.#expect('operator').text as Operator;
    const value = this.#peek()?.kind === 'text' ? this.#expect('text').text : this.#bareValue();
    const compare = { kind: 'compare', field: negated ? word.slice(1) : word, operator, value } as const;
    return negated ? { kind: 'not', part: compare } : compare;
  }

  /** A bare timestamp has colons, which the words around them don't. */
  #bareValue(): string {
    let value = this.#expect('word').text;
    while (this.#peek()?.text === ':' && /^\d{4}-\d\d-\d\d[Tt][\d:.+-]+$/.test(value)) {
      this.#position += 1;
      value += `:${this.#expect('word').text}`;
    }
    return value;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#position];
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text !== word) return false;
    this.#position += 1;
    return true;
  }

  #expect(kind: Token['kind']): Token {
    const token = this.#peek();
    if (token?.kind !== kind) throw this.#unexpected();
    this.#position += 1;
    return token;
  }

  #unexpected(): FilterSyntaxError {
    const token = this.#peek();
    return new FilterSyntaxError(
      token === undefined ? 'Unexpected end of filter' : `Unexpected "${token.text}" at position ${token.at}`,
    );
  }
}
