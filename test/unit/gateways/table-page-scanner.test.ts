import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TablePageScanner } from '../../../src/gateways/table-page-scanner';
import type { Cell, TableColumn } from '../../../src/gateways/table-store';
import { tableLines } from '../../../src/schemas/table-line';

const NAMES = ['key', 'request', 'json', 'n', 'score', 'isNew', 'at'];
const TYPES = ['STRING', 'STRING', 'JSON', 'INTEGER', 'FLOAT', 'BOOLEAN', 'TIMESTAMP'];
const COLUMNS = NAMES.map((name, index): TableColumn => ({ name, type: TYPES[index]!, mode: 'NULLABLE' }));

interface Scanned {
  readonly text: string;
  readonly rows: number;
  readonly isOdd: boolean;
}

/** One for all tables, as for all that a store reads: nothing of a page is left for the next one. */
const scanner = new TablePageScanner();

/** The lines of a page that comes in pieces of so many bytes. */
function scanned(page: string | Buffer, { columns = COLUMNS, pieceBytes = 1_000_000 } = {}): Scanned {
  const bytes = Buffer.from(page);
  const lines: Buffer[] = [];
  let rows = 0;
  const take = (found: Iterable<{ readonly lines: Buffer; readonly rows: number }>) => {
    for (const { lines: some, rows: count } of found) {
      lines.push(Buffer.from(some));
      rows += count;
    }
  };
  scanner.beginPage(columns);
  for (let from = 0; from < bytes.length; from += pieceBytes)
    take(scanner.add(bytes.subarray(from, from + pieceBytes)));
  take(scanner.end());
  return { text: Buffer.concat(lines).toString(), rows, isOdd: scanner.isOdd };
}

function pageOf(rows: readonly (readonly Cell[])[], indent?: number): string {
  const cells = rows.map((row) => ({ f: row.map((v) => ({ v })) }));
  return JSON.stringify({ kind: 'bigquery#tableDataList', totalRows: String(rows.length), rows: cells }, null, indent);
}

function parsed(lines: string): unknown[] {
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const json = fc.oneof(
  fc.json(),
  fc.json().map((value) => JSON.stringify(JSON.parse(value), null, 2)),
);
const nullable = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { freq: 8 });
const anyRow = fc.tuple(
  nullable(text),
  nullable(fc.oneof(json, text, mutated(json))),
  nullable(json),
  nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  nullable(fc.oneof(fc.double().map(String), fc.constantFrom('1.0', '1E10', 'NaN', '-Infinity', '-0.5'))),
  nullable(fc.constantFrom('true', 'false')),
  nullable(fc.constant('2026-09-02T00:00:00Z')),
);

/** A text that was JSON, with a character cut out, put in or doubled. */
function mutated(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(
      texts,
      fc.nat(),
      fc.constantFrom('', '"', '\\', '{', '}', '[', ']', ',', ':', '0', '\n', '\t', 'e', '-', '.'),
    )
    .map(([value, at, character]) => {
      const cut = at % (value.length + 1);
      return value.slice(0, cut) + character + value.slice(cut + (at % 2));
    });
}

describe('TablePageScanner', () => {
  it('writes what parsing each row would give, however the page is cut and spaced', () => {
    const toLine = tableLines(COLUMNS);
    fc.assert(
      fc.property(
        fc.array(anyRow, { maxLength: 8 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.constantFrom(undefined, 2),
        (rows, pieceBytes, indent) => {
          const { text: lines, rows: count, isOdd } = scanned(pageOf(rows, indent), { pieceBytes });
          const expected = rows.map((cells) => `${toLine(cells)}\n`).join('');
          expect(isOdd).toBe(false);
          expect(count).toBe(rows.length);
          expect(parsed(lines)).toEqual(parsed(expected));
        },
      ),
      { numRuns: 200 },
    );
  });

  const one = [{ name: 'request', type: 'STRING', mode: 'NULLABLE' }] as const;

  it.each([
    ['a text that is JSON as it is', '{"a": [1, "\\n", null]}', '{"request":{"a": [1, "\\n", null]}}\n'],
    ['line breaks as spaces', '{\r\n"a":\n1}', '{"request":{  "a": 1}}\n'],
    ['text in UTF-8', '{"a":"grüße 😀"}', '{"request":{"a":"grüße 😀"}}\n'],
    ['a text that would be more members', '1,"key":"x"', '{"request":"1,\\"key\\":\\"x\\""}\n'],
    ['a text that would end the row', '{}}\n{"request":{}', '{"request":"{}}\\n{\\"request\\":{}"}\n'],
  ])('writes %s', (_, cell, line) => {
    expect(scanned(pageOf([[cell]]), { columns: [...one] }).text).toBe(line);
  });

  it('reads escapes as Google writes them', () => {
    const page = String.raw`{"rows":[{"f":[{"v":"{\"a\":\"\u003cb\u003e \u00fc \ud83d\ude00 \\u003c\"}"}]}]}`;
    expect(scanned(page, { columns: [...one] }).text).toBe('{"request":{"a":"<b> ü 😀 \\u003c"}}\n');
  });

  it.each([
    ['half of a surrogate pair', String.raw`{"rows":[{"f":[{"v":"{\"a\":\"\ud83d\"}"}]}]}`],
    ['a cell that is a number', '{"rows":[{"f":[{"v":1}]}]}'],
    ['a cell without a value', '{"rows":[{"f":[{}]}]}'],
    ['a row of fewer cells', '{"rows":[{"f":[]}]}'],
    ['a row of more cells', '{"rows":[{"f":[{"v":"{}"},{"v":"{}"}]}]}'],
    ['a list', '{"rows":[{"f":[{"v":[{"v":"{}"}]}]}]}'],
    ['another answer', '<html></html>'],
    ['JSON that nests too deep for it', pageOf([[`${'['.repeat(1001)}${']'.repeat(1001)}`]])],
    ['a row that is longer than its memory', pageOf([[JSON.stringify('x'.repeat(3_000_000))]])],
  ])('leaves %s to others, and the rows before it stand', (_, page) => {
    expect(scanned(page, { columns: [...one] })).toEqual({ text: '', rows: 0, isOdd: true });
    const behind = page.replace('[{"f"', '[{"f":[{"v":"{}"}]},{"f"');
    if (behind !== page)
      expect(scanned(behind, { columns: [...one] })).toMatchObject({ text: '{"request":{}}\n', isOdd: true });
  });

  it('gives the rows that are whole of a page that breaks off', () => {
    const page = pageOf([['{"a":1}'], ['{"a":2}']]);
    expect(scanned(page.slice(0, -8), { columns: [...one] })).toEqual({
      text: '{"request":{"a":1}}\n',
      rows: 1,
      isOdd: false,
    });
  });

  it('has no place for lists and records', () => {
    expect(TablePageScanner.canScan(COLUMNS)).toBe(true);
    expect(TablePageScanner.canScan([{ name: 'x', type: 'STRING', mode: 'REPEATED' }])).toBe(false);
    expect(TablePageScanner.canScan([{ name: 'x', type: 'RECORD', mode: 'NULLABLE' }])).toBe(false);
  });
});
