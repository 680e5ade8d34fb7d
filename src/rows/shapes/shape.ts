import type { Role } from './role';

/** JSON types and forms that a key has had, as bits. A key's types are those of its elements where it is a list. */
export const OBJECT = 1;
export const STRING = 2;
export const NUMBER = 4;
export const BOOLEAN = 8;
export const SINGLE = 16;
export const LIST = 32;
export const NULL = 64;
export const FACTS = [OBJECT, STRING, NUMBER, BOOLEAN, SINGLE, LIST, NULL] as const;
export type Fact = (typeof FACTS)[number];

/** Where a row stands: ordinal of its range, of the piece in it, lines of the piece before it, its offset in the file. */
export type Place = readonly [range: number, piece: number, number: number, byte: number];

/** Where something was first seen. */
export interface Sighting {
  readonly place: Place;
  /** Position among the values of its row. */
  readonly step: number;
  /** As in a problem's `path`. */
  readonly path: string;
}

/** What is known of one key at one place of the rows' tree. */
export class Shape {
  readonly name: string;
  readonly role: Role;
  readonly children = new Map<string, Shape>();
  first: Sighting;
  readonly sightings = new Map<Fact, Sighting>();
  /** Facts that rows without any problem had. */
  clean = 0;
  /** Texts of such rows, where only certain ones will do. */
  readonly texts = new Set<string>();
  /** Stands for keys of the caller's that come beneath it when the memory is full. */
  others: Shape | undefined;

  constructor(name: string, role: Role, first: Sighting) {
    this.name = name;
    this.role = role;
    this.first = first;
  }
}

/** Whether the API has no say in a member of that name. */
export function isCallers({ role }: Shape, name: string): boolean {
  return role.member(name).field === undefined;
}

export function isBefore(one: Sighting, other: Sighting): boolean {
  for (let part = 0; part < 3; part += 1) {
    if (one.place[part] !== other.place[part]) return one.place[part]! < other.place[part]!;
  }
  return one.step < other.step;
}

/** The fact of a value's type. */
export function typeOf(value: unknown): Fact {
  switch (typeof value) {
    case 'string':
      return STRING;
    case 'number':
      return NUMBER;
    case 'boolean':
      return BOOLEAN;
    default:
      return OBJECT;
  }
}
