import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../../../src/rows/lines';
import { Scanner, SCANNER_CAPACITY } from '../../../../src/rows/skim/scanner';
import { LineSkimmer, type SkimOptions } from '../../../../src/rows/skim/skimmed-lines';
import { takeLines, type TakeLine } from '../../../support/skimmed-lines';

const scanner = new Scanner();
const shortScanner = new Scanner(32);

interface Seen {
  readonly number: number;
  readonly byte: number;
  readonly length: number;
  readonly content: string | undefined;
}

function skim(chunks: readonly Buffer[], take: TakeLine, options: SkimOptions = {}, from = scanner): void {
  takeLines(new LineSkimmer(from, options), chunks, take);
}

function seen(chunks: readonly Buffer[], options?: SkimOptions): Seen[] {
  const lines: Seen[] = [];
  const take: TakeLine = (line) => {
    const { number, byte, length } = line;
    lines.push({ number, byte, length, content: line.content()?.toString('latin1') });
  };
  skim(chunks, take, options);
  return lines;
}

async function read(chunks: readonly Buffer[], options?: SkimOptions): Promise<Seen[]> {
  const lines: Seen[] = [];
  const source = (async function* () {
    yield* chunks;
  })();
  for await (const { number, byte, length, content } of readLines(source, options))
    lines.push({ number, byte, length, content: content?.toString('latin1') });
  return lines;
}

function skeletons(chunks: readonly Buffer[], from = scanner): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  skim(chunks, (line) => void found.push(line.skimmed()?.skeleton), {}, from);
  return found;
}

function skeletonOf(line: string | Buffer, from = scanner): string | undefined {
  return skeletons([Buffer.from(line)], from)[0];
}

function cut(bytes: Buffer, points: readonly number[]): Buffer[] {
  const places = [0, ...points.map((point) => point % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

describe('lines', () => {
  const bytes = fc
    .array(fc.oneof(fc.constantFrom('\n', '\r\n', '"', '\\', '{"a":1}', ' '), fc.string({ maxLength: 20 })), {
      maxLength: 40,
    })
    .map((pieces) => Buffer.from(pieces.join('')));

  test('are those that readLines gives, however the bytes come and wherever the range lies', async () => {
    const cases = fc.tuple(bytes, fc.array(fc.nat(400), { maxLength: 6 }), fc.nat(50), fc.nat(400), fc.boolean());
    await fc.assert(
      fc.asyncProperty(cases, async ([content, points, from, to, skipFirst]) => {
        const options = { from, to: from + 1 + to, skipFirst };
        const chunks = cut(content, points);
        expect(seen(chunks, options)).toEqual(await read(chunks, options));
      }),
      { numRuns: 2000 },
    );
  });

  test('may be longer than what is scanned at a time', async () => {
    const long = Buffer.from(`{"a":"${'x'.repeat(SCANNER_CAPACITY)}"}`);
    const chunks = cut(
      Buffer.concat([Buffer.from('{}\n'), long, Buffer.from('\r\n{"b":1}')]),
      [100, 3_000_000, 4_194_310],
    );
    expect(seen(chunks)).toEqual(await read(chunks));
    expect(skeletons(chunks)).toEqual(['{}', undefined, '{"b":1}']);
  });

  test('have no content beyond the bound', async () => {
    for (const length of [9, 10, 11, SCANNER_CAPACITY + 20]) {
      const chunks = [Buffer.from(`${'1'.repeat(length)}\r\n2\n`)];
      expect(seen(chunks, { maxLineBytes: 10 })).toEqual(await read(chunks, { maxLineBytes: 10 }));
    }
  });

  test('more of them than fit into one scan', async () => {
    const chunks = [Buffer.from('1\n'.repeat(50_000))];
    expect(seen(chunks)).toEqual(await read(chunks));
  });
});

describe('skeletons', () => {
  /** What a skeleton must say: long strings are stubs. */
  function withStubs(value: unknown, longest: number): unknown {
    if (typeof value === 'string') {
      if (Buffer.byteLength(JSON.stringify(value)) - 2 <= longest) return value;
      return /^[A-Za-z0-9+/]+={0,2}$/.test(value) && value.length % 4 === 0 ? '\u0000b' : '\u0000t';
    }
    if (Array.isArray(value)) return value.map((element) => withStubs(element, longest));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [withStubs(name, longest), withStubs(member, longest)]),
    );
  }

  test('hold everything but the long strings', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.base64String({ maxLength: 80 }),
      fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'é', '\u2028', '😀', '/', 'A'), maxLength: 60 }),
    );
    const noNul = texts.filter((text) => !text.includes('\u0000'));
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        noNul,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
        fc.boolean(),
        fc.constant(null),
        tie('object'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      object: fc.dictionary(
        fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__' && !name.includes('\u0000')),
        tie('value'),
        { maxKeys: 4 },
      ),
    })).object;
    fc.assert(
      fc.property(value, (object) => {
        const skeleton = skeletonOf(JSON.stringify(object), shortScanner);
        expect(JSON.parse(skeleton ?? 'undefined')).toEqual(withStubs(object, 32));
      }),
      { numRuns: 3000 },
    );
  });

  test('count the names of members', () => {
    const members: unknown[] = [];
    skim([Buffer.from('{"a:b":1,"c":{"d":":"},"a:b":2}')], (line) => void members.push(line.skimmed()?.members));
    expect(members).toEqual([4]);
  });

  const long = 'x'.repeat(300);
  test.each([
    ['a control byte in a string', '{"a":"b\u0001"}'],
    ['a tab in a long string', `{"a":"${long}\t"}`],
    ['an escape that is none', `{"a":"${long}\\x"}`],
    ['a short escape of a unit', String.raw`{"a":"\u12"}`],
    ['an escape of a unit with other letters', String.raw`{"a":"\u12g4"}`],
    ['an escaped NUL, which stubs begin with', String.raw`{"a":"\u0000t"}`],
    ['the second half of a pair alone', String.raw`{"a":"\udc00"}`],
    ['the first half of a pair alone', `{"a":"${long}\\ud800"}`],
    ['two first halves', String.raw`{"a":"\ud800\ud800"}`],
    ['a first half before another escape', String.raw`{"a":"\ud800\n"}`],
    ['a string without end', '{"a":"b'],
    ['a backslash at the end', '{"a":"b\\'],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(`{"a":"${long}`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    ],
  ])('leave it to the bytes where there is %s', (_, line) => {
    expect(skeletonOf(line)).toBeUndefined();
  });

  test.each([
    ['every escape', String.raw`{"a":"\"\\\/\b\f\n\r\tA\ud83d\ude00"}`],
    ['the highest and the lowest pair', String.raw`{"a":"\ud800\udc00\udbff\udfff"}`],
    ['the units beside the pairs', String.raw`{"a":"\ud7ff\ue000\uFFFF"}`],
  ])('take %s', (_, line) => {
    expect(skeletonOf(line)).toBe(line);
  });

  test.each([
    ['text', 'ab '.repeat(100), 't'],
    ['base64', Buffer.alloc(300, 7).toString('base64'), 'b'],
    ['base64 with padding', Buffer.alloc(301, 7).toString('base64'), 'b'],
    ['base64 that lacks its padding', Buffer.alloc(301, 7).toString('base64').slice(0, -1), 't'],
    ['base64 with too much padding', `${Buffer.alloc(300, 7).toString('base64')}===`, 't'],
    ['base64 in the alphabet of URLs', Buffer.alloc(300, 255).toString('base64url'), 't'],
  ])('have a stub that tells %s', (_, text, letter) => {
    expect(JSON.parse(skeletonOf(JSON.stringify({ a: text })) ?? '')).toEqual({ a: `\u0000${letter}` });
  });
});
