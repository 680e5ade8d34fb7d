import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_VALIDATION } from '../../../../src/domain/accepted-validation';
import { forTable } from '../../../../src/domain/table-validation';
import { Scanner, UNKNOWN_TEMPLATE } from '../../../../src/rows/skim/scanner';
import { LineSkimmer } from '../../../../src/rows/skim/skimmed-lines';
import { takeLines } from '../../../support/skimmed-lines';
import { soundInputs } from '../../../support/mutated-lines';
import { verdictOf } from '../../../support/thorough-lines';

const scanner = new Scanner();

function linesOf(...lines: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
}

/** Skims lines, and learns each template that isn't known. */
function skeletonsOf(...lines: readonly string[]): (string | undefined)[] {
  scanner.forgetTemplates();
  const skeletons: (string | undefined)[] = [];
  takeLines(new LineSkimmer(scanner), [linesOf(...lines)], (line) => {
    const skimmed = line.skimmed();
    skeletons.push(skimmed?.skeleton);
    if (skimmed?.template === UNKNOWN_TEMPLATE) skimmed.learnTemplate();
  });
  return skeletons;
}

const rowAround = (request: unknown, key = 'k') => JSON.stringify({ key, request, note: 'é' });
const asking = (text: string, config: object = { temperature: 0.5 }) => ({
  contents: [{ role: 'user', parts: [{ text }] }],
  generationConfig: config,
});

describe('a request is left out of the skeleton when one before it had', () => {
  test.each([
    ['another text', asking('why?'), asking('What for?'.repeat(100))],
    ['an empty text', asking('why?'), asking('')],
    ['another number', asking('why?'), asking('why?', { temperature: 1.25 })],
    ['a negative number', asking('why?', { presencePenalty: 1 }), asking('why?', { presencePenalty: -1.5 })],
    [
      'another URI',
      { parts: [{ fileUri: 'gs://acme/a.pdf' }] },
      { parts: [{ fileUri: 'gs://acme/much/longer/another.pdf' }] },
    ],
    ['another address', { parts: [{ fileUri: 'https://a.example/a' }] }, { parts: [{ fileUri: 'https://b.example' }] }],
  ])('%s', (_, known, like) => {
    expect(skeletonsOf(rowAround(known), rowAround(like, 'k2'))[1]).toBe('{"key":"k2","request":0 ,"note":"é"}');
  });

  test.each([
    ['another name', asking('why?'), { ...asking('why?'), labels: {} }],
    ['another short word', asking('why?'), { ...asking('why?'), contents: [{ role: 'model', parts: [{ text: '' }] }] }],
    ['text where a number was', asking('why?'), asking('why?', { temperature: '0.5' })],
    ['one part more', asking('why?'), { ...asking('why?'), contents: [{ role: 'user', parts: [{ text: '' }, {}] }] }],
    ['a number with an exponent', asking('why?', { seed: 10 }), asking('why?', { seed: 1e30 })],
    ['text where base64 was', { data: 'AAAA'.repeat(20) }, { data: 'AAA.'.repeat(20) }],
    ['text where a URI was', { fileUri: 'gs://acme/a.pdf' }, { fileUri: 'acme/a.pdf' }],
    ['an address where an object’s URI was', { fileUri: 'gs://acme/a.pdf' }, { fileUri: 'https://a.example/a.pdf' }],
  ])('but not when it differs in %s', (_, known, other) => {
    const row = rowAround(other);
    expect(skeletonsOf(rowAround(known), row)[1]).toBe(row);
  });

  test.each([
    ['a second request', '{"request":{"a":1},"request":{"a":1}}'],
    ['a request that is no object', '{"request":1}'],
    ['a request within another object', '{"more":{"request":{"a":1}}}'],
    ['a control byte that looks like a marker', '{"request":{"a":\u0004}}'],
    ['a name that is a stub', `{"request":{"${'x'.repeat(300)}":1}}`],
    ['an odd string', String.raw`{"request":{"a":"\ud800"}}`],
  ])('%s has no template', (_, line) => {
    skeletonsOf(line, line);
    expect(scanner.isOdd || scanner.template < UNKNOWN_TEMPLATE).toBe(true);
  });

  test('until templates are forgotten', () => {
    skeletonsOf(rowAround(asking('why?')));
    expect(skeletonsOf(rowAround(asking('why?')))).toEqual([rowAround(asking('why?'))]);
  });

  test('as long as there is room for more templates', () => {
    const rows = Array.from({ length: 3000 }, (_, row) => rowAround({ [`name${row}`]: row }));
    const skeletons = skeletonsOf(...rows, ...rows);
    const known = skeletons.slice(3000).filter((skeleton) => skeleton?.includes('"request":0'));
    expect(known).toHaveLength(1024);
  });
});

describe('with templates the verdict is that of reading in full', () => {
  const known = rowAround(asking('why?', { temperature: 0.5, topK: 3, seed: 7 }));
  const withImage = rowAround({
    contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'A'.repeat(64) } }] }],
  });
  const withLogprobs = rowAround(asking('why?', { responseLogprobs: true, logprobs: 5 }));
  const withFile = rowAround({
    contents: [
      { role: 'user', parts: [{ fileData: { mimeType: 'image/png', fileUri: 'https://acme.example/a.png' } }] },
    ],
  });

  test.each([
    ['a number out of range', known, known.replace('0.5', '2.5')],
    ['half a number where a whole one belongs', known, known.replace('"topK":3', '"topK":3.5')],
    ['minus zero', known, known.replace('"seed":7', '"seed":-0')],
    ['a number with a zero in front', known, known.replace('"seed":7', '"seed":07')],
    ['a number that ends with its point', known, known.replace('0.5', '1.')],
    ['a number of many digits', known, known.replace('"seed":7', '"seed":12345678901234567890')],
    ['a bare minus', known, known.replace('"seed":7', '"seed":-')],
    ['a space before a colon', known, known.replace('"text":', '"text"\t:')],
    ['a key that stands twice', known, known.replace('"seed":7', '"seed":7,"seed":7')],
    ['no key', known, known.replace('"key":"k",', '')],
    ['a key of another type', known, known.replace('"key":"k"', '"key":7')],
    ['the request twice', known, known.replace('"note"', '"request":{},"note"')],
    ['another bracket', known, known.replace('}]', ']]')],
    ['a bracket too many', known, known.replace(',"note"', '},"note"')],
    ['probabilities without the wish for them', withLogprobs, withLogprobs.replace('"responseLogprobs":true,', '')],
    ['a wish that is null', withLogprobs, withLogprobs.replace('true', 'null')],
    ['a wish that is false', withLogprobs, withLogprobs.replace('true', 'false')],
    ['base64 with escapes', withImage, withImage.replace('A'.repeat(64), String.raw`\/`.repeat(32))],
    ['base64 of a length that is none', withImage, withImage.replace('A'.repeat(64), 'A'.repeat(65))],
    ['a URI with escapes', withFile, withFile.replace('https://', String.raw`https:\/\/`)],
    ['a URI that is none', withFile, withFile.replace('https://acme.example/a.png', `${'ftp://'.repeat(9)}/a.png`)],
    ['a MIME type that is a URI', withFile, withFile.replace('image/png', 'gs://acme/image')],
  ])('on %s', (_, sound, other) => {
    const lines = linesOf(sound, sound, sound, other, sound);
    expect(verdictOf(lines, false)).toEqual(verdictOf(lines, true));
  });

  const address = 'https://acme.example/a.png';
  test.each(['gs://acme/a.png', 'gs://acme/A.png', 'https://youtu.be/x', 'http://acme.example/a.png', address])(
    'on %s in a table, where not every address will do',
    (uri) => {
      const lines = linesOf(...[uri, uri, address, uri, address].map((one) => withFile.replace(address, one)));
      const options = { validation: forTable(DEFAULT_VALIDATION) };
      const verdict = verdictOf(lines, false, options);
      expect(verdict).toEqual(verdictOf(lines, true, options));
      expect(verdict.problems.filter(({ rule }) => rule === 'uri-in-table').map(({ number }) => number)).toEqual(
        /^gs:|youtu/.test(uri) ? [2, 4] : [0, 1, 2, 3, 4],
      );
    },
  );

  test('on a wish that is false where that was right before', () => {
    const withoutWish = withLogprobs.replace('true,"logprobs":5', 'false');
    const lines = linesOf(withoutWish, withLogprobs, withLogprobs, withLogprobs.replace('true', 'false'));
    expect(verdictOf(lines, false).problems).toMatchObject([{ rule: 'range', number: 3 }]);
    expect(verdictOf(lines, false)).toEqual(verdictOf(lines, true));
  });

  const strings = fc.oneof(
    fc.constantFrom(
      '',
      'x',
      'user',
      'gs://a',
      'gs://A',
      'https://a',
      'OFF',
      'AAAA',
      'image/png',
      '0.5',
      '/'.repeat(60),
    ),
    fc.string({ unit: 'grapheme', maxLength: 70 }),
    fc.base64String({ maxLength: 80 }),
  );
  const numbers = fc.oneof(fc.constantFrom(0, -0, 0.1, 1.5, 3, 41, -2, 3e9, 1e21), fc.double({ noNaN: true }));

  /** The same with the leaf at `place`, counted around, replaced by another of its type. */
  function withOtherLeaf(line: Buffer, { place, string, number }: { place: number; string: string; number: number }) {
    let leaves = 0;
    const count = (_: string, value: unknown) => (
      typeof value === 'string' || typeof value === 'number' ? leaves++ : 0,
      value
    );
    const row: unknown = JSON.parse(line.toString(), count);
    const chosen = place % leaves;
    leaves = 0;
    return JSON.stringify(row, (_, value: unknown) => {
      if (typeof value === 'string') return leaves++ === chosen ? string : value;
      return typeof value === 'number' && leaves++ === chosen ? number : value;
    });
  }

  test('on rows that differ from sound ones in one value', { timeout: 60_000 }, () => {
    const change = fc.record({ place: fc.nat(1000), string: strings, number: numbers });
    fc.assert(
      fc.property(soundInputs, fc.array(change, { minLength: 1, maxLength: 8 }), (sound, changes) => {
        const others = changes.map((one, index) => withOtherLeaf(sound[index % sound.length]!, one));
        const lines = linesOf(...sound, ...sound, ...others, ...sound);
        expect(verdictOf(lines, false)).toEqual(verdictOf(lines, true));
      }),
      { numRuns: 250 },
    );
  });
});

describe('the text of a request is counted', () => {
  const textBytesOf = (line: string) => {
    scanner.forgetTemplates();
    let bytes = 0;
    takeLines(new LineSkimmer(scanner), [linesOf(line)], (skimmed) => (bytes = skimmed.skimmed()?.textBytes ?? -1));
    return bytes;
  };

  test.each([
    ['without names and numbers', '{"request":{"a":"xyz","b":[1,"12"],"c":{"d":"e"}}}', 6],
    ['without what stands beside it', '{"key":"k","request":{"a":"xyz"},"more":{"text":"long"}}', 3],
    ['whether it is long or short', `{"request":{"text":"${'x'.repeat(1000)}"}}`, 1000],
    ['without media', `{"request":{"inlineData":{"mimeType":"image/png","data":"${'AAAA'.repeat(100)}"}}}`, 9],
    ['in UTF-8', '{"request":{"text":"é日😀"}}', 9],
    [
      'without the length of escapes',
      String.raw`{"request":{"text":"\n\"\u0041\u00e9\u65e5\ud83d\ude00"}}`,
      1 + 1 + 1 + 2 + 3 + 4,
    ],
    ['where it has no template', `{"request":{"${'x'.repeat(300)}":"abc"}}`, 3],
    ['where there is none', '{"text":"abc"}', 0],
  ])('%s', (_, line, bytes) => {
    expect(textBytesOf(line)).toBe(bytes);
  });
});
