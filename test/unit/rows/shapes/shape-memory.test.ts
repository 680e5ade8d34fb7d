import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conflictsOf } from '../../../../src/rows/shapes/shape-conflicts';
import { MAX_COLUMNS, ShapeMemory } from '../../../../src/rows/shapes/shape-memory';

type Row = Readonly<Record<string, unknown>>;

function memoryOf(rows: readonly Row[], firstLine = 1, maxColumns = MAX_COLUMNS): ShapeMemory {
  const memory = new ShapeMemory(maxColumns);
  for (const [index, row] of rows.entries()) memory.add(row, [0, 0, firstLine + index, 0], true);
  return memory;
}

/** `rule later line path < earlier line path` of each conflict. */
function conflicts(memory: ShapeMemory): string[] {
  return conflictsOf(memory).map(
    ({ rule, at, other }) => `${rule} ${at.place[2]} ${at.path} < ${other.place[2]} ${other.path}`,
  );
}

const args = (value: unknown) => ({ request: { contents: [{ parts: [{ functionCall: { args: { value } } }] }] } });
const at = 'request.contents[0].parts[0].functionCall.args.value';

describe('conflicts', () => {
  test.each<[string, Row[], string[]]>([
    ['rows alike', [args('a'), args('b')], []],
    [
      'another type',
      [args('a'), args(1), args(true)],
      [`import-type 2 ${at} < 1 ${at}`, `import-type 3 ${at} < 1 ${at}`],
    ],
    ['types within one list', [args(['a', 1])], [`import-type 1 ${at}[1] < 1 ${at}[0]`]],
    ['a list after a single value', [args('a'), args(['a'])], [`import-array 2 ${at} < 1 ${at}`]],
    [
      'a single value after a list, and another type',
      [args(['a']), args(1)],
      [`import-array 2 ${at} < 1 ${at}`, `import-type 2 ${at} < 1 ${at}[0]`],
    ],
    ['a list after null', [args(null), args(['a'])], [`import-null-array 2 ${at} < 1 ${at}`]],
    ['null beside a single value', [args(null), args('a')], []],
    ['an empty list beside any', [args([]), args(['a']), args([1])], [`import-type 3 ${at}[0] < 2 ${at}[0]`]],
    [
      'names that differ in case',
      [
        { Key: 1, request: {} },
        { key: 2, request: {} },
      ],
      ['import-name-case 2 key < 1 Key'],
    ],
    [
      'both spellings of a field',
      [{ request: { systemInstruction: {} } }, { request: { system_instruction: {} } }],
      ['import-spelling 2 request.system_instruction < 1 request.systemInstruction'],
    ],
    ['both spellings of a name of the caller', [args({ a_b: 1 }), args({ aB: 1 })], []],
    [
      'one part without a list beside a list of parts',
      [{ request: { contents: [{ parts: { text: 'a' } }] } }, { request: { contents: [{ parts: [{ text: 'a' }] }] } }],
      ['import-array 2 request.contents[0].parts < 1 request.contents[0].parts'],
    ],
    ['names that objects have of themselves', [args({ ['__proto__']: 1, constructor: 2, toString: 3 })], []],
  ])('%s', (_, rows, wanted) => {
    expect(conflicts(memoryOf(rows))).toEqual(wanted);
  });

  test('name __proto__ like any other key', () => {
    const row = (value: string) => args(JSON.parse(`{"__proto__":${value}}`));
    expect(conflicts(memoryOf([row('1'), row('"a"')]))).toEqual([`import-type 2 ${at}.__proto__ < 1 ${at}.__proto__`]);
  });

  test('paths write names that are no words in brackets', () => {
    expect(conflicts(memoryOf([args({ 'a.b': 1 }), args({ 'a.b': '' })]))).toEqual([
      `import-type 2 ${at}["a.b"] < 1 ${at}["a.b"]`,
    ]);
  });
});

describe('memories of parts', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>('a', 1, true, null),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'A', 'b', 'a_b'), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  const rows = fc.array(fc.dictionary(fc.constantFrom('key', 'Key', 'request'), value, { maxKeys: 2 }), {
    maxLength: 12,
  });

  /** So few that memories are full, and forget, or as many as ever. */
  const mostColumns = fc.constantFrom(1, 2, 4, MAX_COLUMNS);

  test('merge into the memory of the whole, wherever it is cut and in whatever order', () => {
    fc.assert(
      fc.property(rows, fc.nat(12), fc.nat(12), fc.boolean(), mostColumns, (all, one, another, reversed, most) => {
        const [first, second] = [Math.min(one, another), Math.max(one, another)];
        const parts = [
          memoryOf(all.slice(0, first), 1, most),
          memoryOf(all.slice(first, second), 1 + first, most),
          memoryOf(all.slice(second), 1 + second, most),
        ];
        const merged = new ShapeMemory(most);
        const inOrder = [...parts.entries()];
        for (const [range, part] of reversed ? inOrder.toReversed() : inOrder) merged.merge(part.toRecords(), range);
        expect(conflicts(merged)).toEqual(conflicts(memoryOf(all, 1, most)));
      }),
      { numRuns: 2000 },
    );
  });

  const manyKeys = (from: number, count: number) =>
    args(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${from + index}`, 1])));

  test('stay of bounded size, and say so', () => {
    const memory = memoryOf([manyKeys(0, 20_000), manyKeys(20_000, 20_000)]);
    expect(memory.isFull).toBe(true);
    expect(JSON.stringify(memory.toRecords()).length).toBeLessThan(3_000_000);
    expect(conflicts(memory)).toEqual([`import-columns 1 ${at}.k${MAX_COLUMNS - 6} < 1 request`]);
  });

  test('name the same key as one too many, wherever they are cut', () => {
    const all = [manyKeys(0, 6000), manyKeys(3000, 6000), manyKeys(8000, 6000)];
    const merged = new ShapeMemory();
    for (const [index, row] of all.entries()) merged.merge(memoryOf([row], 1 + index).toRecords(), index);
    expect(conflicts(merged)).toEqual(conflicts(memoryOf(all)));
    expect(conflicts(merged)).toHaveLength(1);
  });

  test('grow no more once they are full, however many are merged', () => {
    const merged = new ShapeMemory(100);
    for (let range = 0; range < 50; range += 1) {
      merged.merge(memoryOf([manyKeys(range * 300, 300)], 1, 100).toRecords(), range);
    }
    expect(JSON.stringify(merged.toRecords()).length).toBeLessThan(100_000);
    expect(conflicts(merged)).toEqual([`import-columns 1 ${at}.k94 < 1 request`]);
  });

  test('leave out names that no column has, and write long paths in part', () => {
    const memory = memoryOf([args({ ['n'.repeat(301)]: { a: 1 }, b: 1 }), args({ ['n'.repeat(301)]: 1 })]);
    expect(JSON.stringify(memory.toRecords())).not.toContain('nn');
    const deep = Array.from({ length: 12 }).reduce<unknown>((inner) => ({ ['d'.repeat(299)]: inner }), 1);
    expect(JSON.stringify(memoryOf([args(deep)]).toRecords()).length).toBeLessThan(60_000);
  });
});
