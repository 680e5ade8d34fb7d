import { ROW_ROLE } from './role';
import {
  FACTS,
  type Fact,
  isBefore,
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
type SightingRecord = readonly [file: number, line: number, byte: number, step: number, path: string];

/**
 * Remembers which types and forms the keys of the rows have, and where each was first seen: what the service's import compares. Its
 * size is bounded, whatever the rows are. Memories of parts of an input merge into the very memory of the whole.
 */
export class ShapeMemory {
  readonly root = new Shape('', ROW_ROLE, { place: [-1, -1, 0], step: 0, path: '' });
  #columns = 0;

  /** Whether there are more keys than are told apart. */
  get isFull(): boolean {
    return this.#columns > MAX_COLUMNS;
  }

  /** Takes a row's keys in. `isClean`: the row has no problem at all. */
  add(row: Readonly<Record<string, unknown>>, place: Place, isClean: boolean): void {
    new Walk(this.root, place, isClean, (parent, name, first) => this.#newChild(parent, name, first)).object(row, []);
  }

  /** Takes over what another memory knows. */
  merge(records: readonly ShapeRecord[], placeOf: (place: Place) => Place): void {
    for (const record of records) this.#mergeInto(this.root, record, placeOf);
  }

  /** The first keys of the input, as many as are told apart. */
  kept(): Shape[] {
    const all = [...descendantsOf(this.root)];
    if (all.length <= MAX_COLUMNS) return all;
    return all.sort((one, other) => (isBefore(one.first, other.first) ? -1 : 1)).slice(0, MAX_COLUMNS + 1);
  }

  toRecords(): ShapeRecord[] {
    return [...this.root.children.values()].map(recordOf);
  }

  #newChild(parent: Shape, name: string, first: Sighting): Shape | undefined {
    if (this.isFull) return undefined;
    this.#columns += 1;
    const child = new Shape(name, parent.role.member(name), first);
    parent.children.set(name, child);
    return child;
  }

  #mergeInto(parent: Shape, [name, first, facts, children]: ShapeRecord, placeOf: (place: Place) => Place): void {
    const sighting = sightingOf(first, placeOf);
    let shape = parent.children.get(name);
    if (shape === undefined) {
      shape = new Shape(name, parent.role.member(name), sighting);
      parent.children.set(name, shape);
      this.#columns += 1;
    } else if (isBefore(sighting, shape.first)) shape.first = sighting;
    for (const [fact, ...record] of facts) see(shape, fact as Fact, sightingOf(record, placeOf));
    for (const child of children) this.#mergeInto(shape, child, placeOf);
  }
}

/** One row's way through the memory. */
class Walk {
  readonly #root: Shape;
  readonly #place: Place;
  readonly #isClean: boolean;
  readonly #newChild: (parent: Shape, name: string, first: Sighting) => Shape | undefined;
  #step = 0;

  constructor(
    root: Shape,
    place: Place,
    isClean: boolean,
    newChild: (parent: Shape, name: string, first: Sighting) => Shape | undefined,
  ) {
    this.#root = root;
    this.#place = place;
    this.#isClean = isClean;
    this.#newChild = newChild;
  }

  object(value: Readonly<Record<string, unknown>>, path: readonly string[], shape = this.#root): void {
    for (const name in value) {
      const below = [...path, stepText(name, path.length === 0)];
      this.#step += 1;
      const child = shape.children.get(name) ?? this.#newChild(shape, name, this.#sighting(below));
      if (child !== undefined) this.#value(child, value[name], below);
    }
  }

  #value(shape: Shape, value: unknown, path: readonly string[]): void {
    if (value === null) this.#see(shape, NULL, path);
    else if (Array.isArray(value)) {
      this.#see(shape, LIST, path);
      for (const [index, element] of (value as unknown[]).entries()) {
        if (element !== null && !Array.isArray(element)) this.#single(shape, element, [...path, `[${index}]`]);
      }
    } else {
      this.#see(shape, SINGLE, path);
      this.#single(shape, value, path);
    }
  }

  #single(shape: Shape, value: unknown, path: readonly string[]): void {
    const type = typeOf(value);
    this.#see(shape, type, path);
    if (type === OBJECT) this.object(value as Record<string, unknown>, path, shape);
    else if (type === STRING && this.#isClean) learn(shape, value as string);
  }

  #see(shape: Shape, fact: Fact, path: readonly string[]): void {
    this.#step += 1;
    // a long name looks like that in a skeleton
    if (this.#isClean && !shape.name.startsWith('\u0000')) shape.clean |= fact;
    if (!shape.sightings.has(fact)) shape.sightings.set(fact, this.#sighting(path));
  }

  #sighting(path: readonly string[]): Sighting {
    return { place: this.#place, step: this.#step, path: path.join('') };
  }
}

const MOST_TEXTS = 200;

function learn({ role, texts }: Shape, text: string): void {
  if (role.text === 'learned' && texts.size < MOST_TEXTS) texts.add(text);
}

/** How problems write a step of a path. */
function stepText(name: string, isFirst: boolean): string {
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

function sightingRecord({ place, step, path }: Sighting): SightingRecord {
  return [...place, step, path];
}

function sightingOf([file, line, byte, step, path]: SightingRecord, placeOf: (place: Place) => Place): Sighting {
  return { place: placeOf([file, line, byte]), step, path };
}
