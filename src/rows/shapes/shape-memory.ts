import { cutText } from '../../domain/cut-text';
import { ROW_ROLE } from './role';
import {
  FACTS,
  type Fact,
  isBefore,
  isCallers,
  LIST,
  NULL,
  OBJECT,
  type Place,
  Shape,
  type Sighting,
  SINGLE,
  STRING,
  typeOf,
} from './shape';

/** Keys, each with its place in the rows' tree, that are told apart; BigQuery tables have at most so many columns. */
export const MAX_COLUMNS = 10_000;

/** What a record says of a key: name, first sighting, facts with their sightings, keys beneath it. */
export type ShapeRecord = readonly [
  name: string,
  first: SightingRecord,
  facts: readonly (readonly [fact: number, ...sighting: SightingRecord])[],
  children: readonly ShapeRecord[],
];
type SightingRecord = readonly [piece: number, number: number, byte: number, step: number, path: string];

/**
 * Remembers which types and forms the keys of the rows have, and where each was first seen: what the service's import compares. Its
 * size is bounded, whatever the rows are. Memories of parts of an input merge into the very memory of the whole.
 */
export class ShapeMemory {
  readonly root = new Shape('', ROW_ROLE, { place: [-1, -1, -1, 0], step: 0, path: '' });
  readonly maxColumns: number;
  #columns = 0;

  /** @param maxColumns keys that are told apart. @default MAX_COLUMNS */
  constructor(maxColumns = MAX_COLUMNS) {
    this.maxColumns = maxColumns;
  }

  /** Whether there are more keys than are told apart. */
  get isFull(): boolean {
    return this.#columns > this.maxColumns;
  }

  /** Takes a row's keys in. `isClean`: the row has no problem at all. */
  add(row: Readonly<Record<string, unknown>>, place: Place, isClean: boolean): void {
    new Walk(place, isClean, (parent, name, first) => this.#newChild(parent, name, first)).object(this.root, row);
  }

  /** Takes over what the memory of a range knows. */
  merge(records: readonly ShapeRecord[], range: number): void {
    for (const record of records) this.#mergeInto(this.root, record, range);
    if (this.#columns > KEPT_BEFORE_CUT * this.maxColumns) this.#keepFirst();
  }

  /** The first keys of the input: as many as are told apart, and one more where there are more. */
  kept(): Shape[] {
    const all = [...descendantsOf(this.root)];
    if (all.length <= this.maxColumns) return all;
    return all.sort((one, other) => (isBefore(one.first, other.first) ? -1 : 1)).slice(0, this.maxColumns + 1);
  }

  toRecords(): ShapeRecord[] {
    return [...this.root.children.values()].map(recordOf);
  }

  #newChild(parent: Shape, name: string, first: () => Sighting): Shape | undefined {
    if (name.length > LONGEST_NAME) return undefined;
    if (this.isFull) return isCallers(parent, name) ? (parent.others ??= childOf(parent, name, first())) : undefined;
    this.#columns += 1;
    const child = childOf(parent, name, first());
    parent.children.set(name, child);
    return child;
  }

  #mergeInto(parent: Shape, [name, first, facts, children]: ShapeRecord, range: number): void {
    const sighting = sightingOf(first, range);
    let shape = parent.children.get(name);
    if (shape === undefined) {
      shape = childOf(parent, name, sighting);
      parent.children.set(name, shape);
      this.#columns += 1;
    } else if (isBefore(sighting, shape.first)) shape.first = sighting;
    for (const [fact, ...record] of facts) see(shape, fact as Fact, sightingOf(record, range));
    for (const child of children) this.#mergeInto(shape, child, range);
  }

  /** Forgets keys that can't be among the first any more; none of them stands above one that can. */
  #keepFirst(): void {
    const kept = new Set(this.kept());
    const prune = (shape: Shape): void => {
      for (const [name, child] of shape.children) {
        if (kept.has(child)) prune(child);
        else shape.children.delete(name);
      }
    };
    prune(this.root);
    this.#columns = kept.size;
  }
}

/** Columns have no longer names. */
const LONGEST_NAME = 300;
/** How many times too many keys may come together before those too many are forgotten. */
const KEPT_BEFORE_CUT = 4;

function childOf(parent: Shape, name: string, first: Sighting): Shape {
  return new Shape(name, parent.role.member(name), first);
}

/** One row's way through the memory. */
class Walk {
  readonly #place: Place;
  readonly #isClean: boolean;
  readonly #newChild: (parent: Shape, name: string, first: () => Sighting) => Shape | undefined;
  readonly #path: (string | number)[] = [];
  #step = 0;

  constructor(
    place: Place,
    isClean: boolean,
    newChild: (parent: Shape, name: string, first: () => Sighting) => Shape | undefined,
  ) {
    this.#place = place;
    this.#isClean = isClean;
    this.#newChild = newChild;
  }

  object(shape: Shape, value: Readonly<Record<string, unknown>>): void {
    for (const name in value) {
      this.#path.push(name);
      this.#step += 1;
      const child = shape.children.get(name) ?? this.#newChild(shape, name, () => this.#sighting());
      if (child !== undefined) this.#value(child, value[name]);
      this.#path.pop();
    }
  }

  #value(shape: Shape, value: unknown): void {
    if (value === null) this.#see(shape, NULL);
    else if (Array.isArray(value)) this.#list(shape, value);
    else {
      this.#see(shape, SINGLE);
      this.#single(shape, value);
    }
  }

  #list(shape: Shape, elements: readonly unknown[]): void {
    this.#see(shape, LIST);
    for (const [index, element] of elements.entries()) {
      if (element === null || Array.isArray(element)) continue;
      this.#path.push(index);
      this.#single(shape, element);
      this.#path.pop();
    }
  }

  #single(shape: Shape, value: unknown): void {
    const type = typeOf(value);
    this.#see(shape, type);
    if (type === OBJECT) this.object(shape, value as Record<string, unknown>);
    else if (type === STRING && this.#isClean) learn(shape, value as string);
  }

  #see(shape: Shape, fact: Fact): void {
    this.#step += 1;
    // a long name looks like that in a skeleton
    if (this.#isClean && !shape.name.startsWith('\u0000')) shape.clean |= fact;
    if (!shape.sightings.has(fact)) shape.sightings.set(fact, this.#sighting());
  }

  #sighting(): Sighting {
    return { place: this.#place, step: this.#step, path: cutText(pathText(this.#path), LONGEST_PATH) };
  }
}

const LONGEST_PATH = 1_000;
const MOST_TEXTS = 200;

function learn({ role, texts }: Shape, text: string): void {
  if (role.text === 'learned' && texts.size < MOST_TEXTS) texts.add(text);
}

/** As problems write it. */
function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, position) => (typeof step === 'number' ? `[${step}]` : nameText(step, position === 0)))
    .join('');
}

function nameText(name: string, isFirst: boolean): string {
  if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
  return isFirst ? name : `.${name}`;
}

function see(shape: Shape, fact: Fact, sighting: Sighting): void {
  const known = shape.sightings.get(fact);
  if (known === undefined || isBefore(sighting, known)) shape.sightings.set(fact, sighting);
}

function* descendantsOf(shape: Shape): Generator<Shape, void, undefined> {
  for (const child of shape.children.values()) {
    yield child;
    yield* descendantsOf(child);
  }
}

function recordOf(shape: Shape): ShapeRecord {
  const facts = FACTS.flatMap((fact) => {
    const sighting = shape.sightings.get(fact);
    return sighting === undefined ? [] : [[fact, ...sightingRecord(sighting)] as const];
  });
  return [shape.name, sightingRecord(shape.first), facts, [...shape.children.values()].map(recordOf)];
}

function sightingRecord({ place: [, ...inRange], step, path }: Sighting): SightingRecord {
  return [...inRange, step, path];
}

function sightingOf([piece, number, byte, step, path]: SightingRecord, range: number): Sighting {
  return { place: [range, piece, number, byte], step, path };
}
