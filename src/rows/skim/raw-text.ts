const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_BEYOND_ASCII = 0x80;
const FIRST_OF_THREE_BYTES = 0xe0;
/** First bytes in UTF-8 of white space beyond ASCII, as `trim` knows it: U+00A0, U+1680, U+20xx, U+3000, U+FEFF. */
const MAY_BE_SPACE: ReadonlySet<number> = new Set([0xc2, 0xe1, 0xe2, 0xe3, 0xef]);
/** What follows the backslash of escaped white space, but for `u`: f n r t. */
const ESCAPED_SPACE: ReadonlySet<number> = new Set([0x66, 0x6e, 0x72, 0x74]);
const UNIT = 0x75;

/** Whether a right string of JSON, with its quotes, has nothing but white space; its first characters tell. */
export function isBlank(memory: Buffer, from = 0, to = memory.length): boolean {
  let at = from + 1;
  while (at < to - 1) {
    const byte = memory[at]!;
    if (byte === SPACE) at += 1;
    else if (byte === BACKSLASH) {
      const kind = memory[at + 1]!;
      if (kind === UNIT) return isBlankParsed(memory, from, to);
      if (!ESCAPED_SPACE.has(kind)) return false;
      at += 2;
    } else {
      if (byte < FIRST_BEYOND_ASCII || !MAY_BE_SPACE.has(byte)) return false;
      const next = at + (byte < FIRST_OF_THREE_BYTES ? 2 : 3);
      if (memory.toString('utf8', at, next).trim() !== '') return false;
      at = next;
    }
  }
  return true;
}

function isBlankParsed(memory: Buffer, from: number, to: number): boolean {
  return (JSON.parse(memory.toString('utf8', from, to)) as string).trim() === '';
}

/** Whether the bytes mean themselves in a string of JSON, whoever writes it. */
export function isPlainAscii(memory: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = memory[at]!;
    if (byte < SPACE || byte === QUOTE || byte === BACKSLASH || byte >= FIRST_BEYOND_ASCII) return false;
  }
  return true;
}
