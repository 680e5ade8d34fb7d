import { BASE64_STUB, TEXT_STUB } from './scanner';

/** How a stub in a template begins that stands for a number; the number's ordinal follows. */
export const NUMBER_STUB = '\u0000n';
/** What stands in a template for a short string that is, beyond its first letters, any URI of an object. */
export const OBJECT_URI_STUB = '\u0000u';
/** What stands in a template for a short string that is, beyond its first letters, any `https://` address. */
export const WEB_URI_STUB = '\u0000w';
/** What stands in a template for the value of a member `text`, even an empty one. */
export const ANY_TEXT_STUB = '\u0000a';
/** How a stub begins that stands for the text of that ordinal, whatever it is. */
export const HASHED_STUB = '\u0000h';

/** Markers of tools/scanner/template.ts. */
const NUMBER_MARKER = '\u0004';
const STUB_OF: Readonly<Record<string, string>> = {
  '\u0001': TEXT_STUB,
  '\u0002': BASE64_STUB,
  '\u0003': OBJECT_URI_STUB,
  '\u0005': ANY_TEXT_STUB,
  '\u0006': WEB_URI_STUB,
};

/** A template as JSON, with stubs that tell what kinds of text were left out. */
export function templateJson(text: string): string {
  return withStubs(text, (marker) => STUB_OF[marker] ?? TEXT_STUB);
}

/** A template as JSON, with stubs that tell which text was left out. */
export function hashedTemplateJson(text: string): string {
  let texts = 0;
  return withStubs(text, () => `${HASHED_STUB}${texts++}`);
}

function withStubs(template: string, stubOf: (marker: string) => string): string {
  let numbers = 0;
  // oxlint-disable-next-line no-control-regex -- the markers are control characters
  return template.replaceAll(/[\u0001-\u0006]/g, (marker) =>
    JSON.stringify(marker === NUMBER_MARKER ? `${NUMBER_STUB}${numbers++}` : stubOf(marker)),
  );
}
