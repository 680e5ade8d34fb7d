import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutQuotedText } from '../../../src/domain/quoted-text';
import { shown } from '../../../src/schemas/row-problems';

describe('withoutQuotedText', () => {
  it.each([
    ['role must be user or model, got "tester"', 'role must be user or model, got "tester"'],
    ['parts must be an array of parts, got "Dear Dr Weiss"', 'parts must be an array of parts, got "…"'],
    ['text must be a string, got an object with value', 'text must be a string, got an object with value'],
    [
      'the line is not one whole JSON object: Unexpected token \'D\', "Dear Dr Weiss" is not valid JSON',
      "the line is not one whole JSON object: Unexpected token 'D'",
    ],
  ])('makes of %s what may be kept', (message, kept) => {
    expect(withoutQuotedText(message)).toBe(kept);
  });

  it('leaves nothing of a text, however it is quoted or shortened', () => {
    const secret = 'planted prompt';
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.string({ maxLength: 80 }), (before, after) => {
        const text = `${before}${secret}${after}`;
        expect(withoutQuotedText(`contents must be an array, got ${shown(text)}`)).not.toContain(secret);
      }),
    );
  });
});
