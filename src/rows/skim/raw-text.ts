const QUOTE = 0x22;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const FIRST_BEYOND_ASCII = 0x80;
/** First bytes in UTF-8 of white space beyond ASCII, as `trim` knows it: U+00A0, U+1680, U+20xx, U+3000, U+FEFF. */
const MAY_BE_SPACE: ReadonlySet<number> = new Set([0xc2, 0xe1, 0xe2, 0xe3, 0xef]);

/** Whether a string of JSON, with its quotes, has nothing but white space; its first byte tells mostly. */
export function isBlank(quoted: Buffer): boolean {
  const first = quoted[1] ?? QUOTE;
  if (first === QUOTE) return true;
  const mayBeSpace = first < FIRST_BEYOND_ASCII ? first <= SPACE || first === BACKSLASH : MAY_BE_SPACE.has(first);
  return mayBeSpace && (JSON.parse(quoted.toString('utf8')) as string).trim() === '';
}
