import { type LeftOut, templateHash } from '../request-hash';
import { type Scanner, UNKNOWN_TEMPLATE } from './scanner';
import { HASHED_STUB, hashedTemplateJson, NUMBER_STUB } from './template-text';

const STUBS = { text: HASHED_STUB, number: NUMBER_STUB };

/** Templates of the requests that lines echo, from which hashes of those requests are made. */
export class HashedTemplates {
  readonly #texts: string[] = [];
  readonly #hashes: ((leftOut: LeftOut) => bigint)[] = [];

  /** Takes in the template of the line that was scanned last, which is right, unless it is known. */
  learn(scanner: Scanner): void {
    if (scanner.template !== UNKNOWN_TEMPLATE) return;
    const number = scanner.learnTemplate();
    if (number !== UNKNOWN_TEMPLATE) this.#texts[number] = scanner.newTemplate.text;
  }

  /** Hash of the request in the line that was scanned last; `undefined` where its template isn't known. */
  hashOf(scanner: Scanner): bigint | undefined {
    const { template } = scanner;
    const text = this.#texts[template];
    if (text === undefined) return undefined;
    return (this.#hashes[template] ??= templateHash(JSON.parse(hashedTemplateJson(text)), STUBS))(scanner);
  }
}
