import * as fc from 'fast-check';

import { inSnakeCase, MISPLACED, requests, snakeCase } from './generated-requests';

type Container = Record<string, unknown> | unknown[];

/** Something wrong, or only odd, done to one place of a row. */
interface Mutation {
  readonly kind: keyof typeof MUTATIONS;
  /** Which place, counted around. */
  readonly place: number;
  readonly value: unknown;
}

const ODD_VALUES: readonly unknown[] = [
  null,
  {},
  [],
  [null],
  [[1]],
  { a: {} },
  { a: null },
  0,
  -1,
  1.5,
  1e10,
  3e9,
  '7',
  '1.5',
  'NaN',
  '3s',
  'eA==',
  'OFF',
  'STRING',
  'model',
  '',
  'x',
  true,
  false,
  ['x'],
  { text: 'x' },
];

/** Each changes one member of a container. */
const MUTATIONS = {
  drop: (container: Container, name: string) => {
    if (Array.isArray(container)) container.splice(Number(name), 1);
    else delete container[name];
  },
  replace: (container: Container, name: string, value: unknown) => put(container, name, value),
  wrap: (container: Container, name: string) => put(container, name, [member(container, name)]),
  unwrap: (container: Container, name: string) => {
    const held = member(container, name);
    if (Array.isArray(held)) put(container, name, held[0]);
  },
  rename: (container: Container, name: string, value: unknown) => {
    if (Array.isArray(container)) return;
    const held = container[name];
    delete container[name];
    put(container, `${name}${typeof value === 'string' ? value : 'x'}`, held);
  },
  respell: (container: Container, name: string) => {
    if (Array.isArray(container) || snakeCase(name) === name) return;
    put(container, snakeCase(name), container[name]);
    delete container[name];
  },
  shout: (container: Container, name: string) => {
    if (!Array.isArray(container)) put(container, name.toUpperCase(), container[name]);
  },
  spellTwice: (container: Container, name: string) => {
    if (!Array.isArray(container)) put(container, snakeCase(name), container[name]);
  },
  insert: (container: Container, name: string, value: unknown) => {
    if (Array.isArray(container)) container.push(value);
    else put(container, ODD_NAMES[name.length % ODD_NAMES.length] ?? name, value);
  },
  deepen: (container: Container, name: string, value: unknown) => {
    let held: unknown = value;
    for (let level = 0; level < 8 + (name.length % 12); level += 1) held = { deep: held };
    put(container, name, held);
  },
} as const;

const ODD_NAMES = ['$ref', 'a b', '__proto__', 'constructor', '1a', 'text', 'fileData', 'key', 'größe', 'Request'];

function put(container: Container, name: string, value: unknown): void {
  Object.defineProperty(container, name, { value, enumerable: true, configurable: true, writable: true });
}

function member(container: Container, name: string): unknown {
  return (container as Record<string, unknown>)[name];
}

function mutated(row: Record<string, unknown>, mutations: readonly Mutation[]): Record<string, unknown> {
  const copy = structuredClone(row);
  for (const { kind, place, value } of mutations) {
    const members = membersOf(copy);
    const [container, name] = members[place % members.length] ?? [copy, 'request'];
    MUTATIONS[kind](container, name, structuredClone(value));
  }
  return copy;
}

function membersOf(container: Container): [Container, string][] {
  return Object.keys(container).flatMap((name) => {
    const held = member(container, name);
    const inner = typeof held === 'object' && held !== null ? membersOf(held as Container) : [];
    return [[container, name] as [Container, string], ...inner];
  });
}

/** What is done to a line's text, most often nothing. */
const TEXT_CHANGES: readonly ((line: string, at: number) => string | Buffer)[] = [
  (line, at) => line.slice(0, at % line.length),
  () => '',
  () => ' \t',
  (line) => `\uFEFF${line}`,
  (line) => `${line}\r`,
  (line) => ` ${line} `,
  (line) => `[${line}]`,
  (line) => `${line},`,
  (line) => line.replace('{', '{"key":"twice",'),
  (line) => line.replace('"parts":', '"parts":[{"text":"x"}],"parts":'),
  (line) => line.replace('"text":"', '"text":"\\ud800'),
  (line) => line.replace('"text":"', '"text":"\u0001'),
  (line) => line.replace('"text":"', '"text":"\\x'),
  (line) => line.replace('"text":"', '"text":"\\"{\\"a\\":1,\\"a\\":2}\\\\'),
  (line) => line.replace(/\d+/, '$&e400'),
  (line, at) => {
    const bytes = Buffer.from(line);
    bytes[at % bytes.length] = 0xff;
    return bytes;
  },
];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...(Object.keys(MUTATIONS) as (keyof typeof MUTATIONS)[])),
  place: fc.nat(1000),
  value: fc.constantFrom(...ODD_VALUES),
});

interface RowPlan {
  readonly request: Record<string, unknown>;
  readonly others: Record<string, unknown>;
  readonly misplaced: Record<string, unknown>;
  readonly mutations: readonly Mutation[];
  readonly change: { readonly change: (typeof TEXT_CHANGES)[number]; readonly at: number } | null;
}

const row: fc.Arbitrary<RowPlan> = fc.record({
  request: requests,
  others: fc.oneof(
    { weight: 20, arbitrary: fc.record({ key: fc.stringMatching(/^k[a-z]{1,6}$/) }) },
    { weight: 4, arbitrary: fc.record({ tags: fc.array(fc.constant('a')), more: fc.constant({ weight: 1 }) }) },
    fc.record({ id: fc.integer(), status: fc.constantFrom('new', null) }),
  ),
  misplaced: fc.oneof(
    { weight: 5, arbitrary: fc.constant({}) },
    fc.constantFrom<Record<string, unknown>>(...MISPLACED),
  ),
  mutations: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 4, arbitrary: fc.array(mutation, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(mutation, { minLength: 2, maxLength: 3 }) },
  ),
  change: fc.oneof(
    { weight: 15, arbitrary: fc.constant(null) },
    fc.record({ change: fc.constantFrom(...TEXT_CHANGES), at: fc.nat(500) }),
  ),
});

function lineOf({ request, others, misplaced, mutations, change }: RowPlan, snake: boolean): Buffer {
  const held = { ...request, ...misplaced };
  const whole = { ...others, request: snake ? inSnakeCase(held) : held };
  const text = JSON.stringify(mutated(whole, mutations));
  return Buffer.from(change === null ? text : change.change(text, change.at));
}

/** Inputs of a few lines: sound ones, and such as have something wrong or only odd in a place or two. */
export const inputs: fc.Arbitrary<Buffer[]> = fc
  .record({ snake: fc.boolean(), rows: fc.array(row, { minLength: 1, maxLength: 3 }) })
  .map(({ snake, rows }) => rows.map((plan) => lineOf(plan, snake)));

/** Sound inputs, all rows in one spelling. */
export const soundInputs = soundInputsOf(4);

/** Sound inputs of at most so many rows. */
export function soundInputsOf(maxLength: number): fc.Arbitrary<Buffer[]> {
  return fc
    .record({ snake: fc.boolean(), all: fc.array(requests, { minLength: 1, maxLength, size: 'max' }) })
    .map(({ snake, all }) => all.map((request, index) => soundLine(request, index, snake)));
}

/** Many sound rows, and among them a few that have something wrong or only odd. */
export const longInputs: fc.Arbitrary<Buffer[]> = fc
  .record({
    snake: fc.boolean(),
    all: fc.array(requests, { minLength: 8, maxLength: 40, size: 'max' }),
    odd: fc.array(fc.record({ at: fc.nat(40), plan: row }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ snake, all, odd }) => {
    const lines = all.map((request, index) => soundLine(request, index, snake));
    for (const { at, plan } of odd) lines.splice(at % lines.length, 0, lineOf(plan, snake));
    return lines;
  });

function soundLine(request: Record<string, unknown>, index: number, snake: boolean): Buffer {
  return Buffer.from(JSON.stringify({ key: `k${index}`, request: snake ? inSnakeCase(request) : request }));
}
