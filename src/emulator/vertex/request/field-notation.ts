import type { Bounds } from './scalar-values';

/** A field of the message table, read. */
export interface WrittenField {
  readonly type: string;
  readonly repeats: 'list' | 'map' | undefined;
  readonly required: boolean;
  readonly lone: boolean;
  readonly bounds: Bounds | undefined;
}

const FIELD = /^(?<type>[\w.]+)(?<repeats>\[\]|\{\})?(?<required>!)?(?: (?<lone>lone)| (?<bounds>\S+))?$/;
const BOUNDS = /^(?<above>>?)(?<lowest>-?[\d.]*\d)?\.\.(?<below><?)(?<highest>-?\d[\d.]*)?$/;
const REPEATS: Readonly<Record<string, WrittenField['repeats']>> = { '[]': 'list', '{}': 'map' };

/** Reads the notation of `Messages`. @throws {TypeError} when it is none */
export function readField(text: string): WrittenField {
  const groups = FIELD.exec(text)?.groups;
  if (groups === undefined) throw new TypeError(`${text} is no field of the message table`);
  return {
    type: groups['type'] ?? '',
    repeats: REPEATS[groups['repeats'] ?? ''],
    required: groups['required'] !== undefined,
    lone: groups['lone'] !== undefined,
    bounds: groups['bounds'] === undefined ? undefined : readBounds(groups['bounds']),
  };
}

function readBounds(text: string): Bounds {
  const groups = BOUNDS.exec(text)?.groups;
  if (groups === undefined) throw new TypeError(`${text} are no bounds of the message table`);
  return {
    lowest: groups['lowest'] === undefined ? Number.NEGATIVE_INFINITY : Number(groups['lowest']),
    highest: groups['highest'] === undefined ? Number.POSITIVE_INFINITY : Number(groups['highest']),
    lowestExcluded: groups['above'] === '>',
    highestExcluded: groups['below'] === '<',
  };
}
