import { count } from '../../domain/count-text';
import { camelCase } from '../../domain/field-name';
import type { ValidationRule } from '../../domain/validation-rules';
import {
  BOOLEAN,
  type Fact,
  isBefore,
  LIST,
  NULL,
  NUMBER,
  OBJECT,
  type Shape,
  type Sighting,
  SINGLE,
  STRING,
} from './shape';
import type { ShapeMemory } from './shape-memory';

/** Two rows that the service's import can't put into one table. */
export interface ShapeConflict {
  readonly rule: ValidationRule;
  readonly message: string;
  /** The later row, and what is wrong in it. */
  readonly at: Sighting;
  /** The earlier one. */
  readonly other: Sighting;
}

const TYPES: readonly (readonly [Fact, string])[] = [
  [OBJECT, 'an object'],
  [STRING, 'a string'],
  [NUMBER, 'a number'],
  [BOOLEAN, 'a boolean'],
];

/** All conflicts between the rows of an input, in its order. */
export function conflictsOf(memory: ShapeMemory): ShapeConflict[] {
  const kept = memory.kept();
  const tooMany = kept[memory.maxColumns];
  if (tooMany !== undefined) return [columnsConflict(memory.maxColumns, tooMany, kept[0] ?? tooMany)];
  return [memory.root, ...kept]
    .flatMap((shape) => [...typeConflicts(shape), ...formConflicts(shape), ...nameConflicts(shape)])
    .sort((one, other) => (isBefore(one.at, other.at) ? -1 : 1));
}

function columnsConflict(most: number, at: Shape, first: Shape): ShapeConflict {
  const message = `this is key ${count(most + 1)} of the input, and a table has at most ${count(most)} columns; write names that are data as a list of {name, value}. The shapes of the rows were not compared`;
  return { rule: 'import-columns', message, at: at.first, other: first.first };
}

function typeConflicts(shape: Shape): ShapeConflict[] {
  const [first, ...others] = TYPES.flatMap(([fact, name]) => {
    const at = shape.sightings.get(fact);
    return at === undefined ? [] : [{ at, name }];
  }).sort((one, other) => (isBefore(one.at, other.at) ? -1 : 1));
  if (first === undefined) return [];
  return others.map(({ at, name }) => ({
    rule: 'import-type',
    message: `${shape.name} is ${name} here and ${first.name} in an earlier row; a key must have one type in all rows`,
    at,
    other: first.at,
  }));
}

function formConflicts(shape: Shape): ShapeConflict[] {
  const list = shape.sightings.get(LIST);
  const single = shape.sightings.get(SINGLE);
  const none = shape.sightings.get(NULL);
  const conflicts: ShapeConflict[] = [];
  if (list !== undefined && single !== undefined) {
    conflicts.push(
      formConflict('import-array', shape.name, { at: list, name: 'a list' }, { at: single, name: 'a single value' }),
    );
  }
  if (list !== undefined && none !== undefined) {
    conflicts.push(
      formConflict('import-null-array', shape.name, { at: list, name: 'a list' }, { at: none, name: 'null' }),
    );
  }
  return conflicts;
}

interface Form {
  readonly at: Sighting;
  readonly name: string;
}

function formConflict(rule: ValidationRule, name: string, one: Form, another: Form): ShapeConflict {
  const [earlier, later] = isBefore(one.at, another.at) ? [one, another] : [another, one];
  const remedy =
    rule === 'import-array' ? 'write it in the same form in all rows' : 'leave it out where it has no value';
  const message = `${name} is ${later.name} here and ${earlier.name} in an earlier row; ${remedy}`;
  return { rule, message, at: later.at, other: earlier.at };
}

/** Columns that are one to the import, and fields that are one to the API. */
function nameConflicts(shape: Shape): ShapeConflict[] {
  const byCase = new Map<string, Shape>();
  const byField = new Map<string, Shape>();
  const conflicts: ShapeConflict[] = [];
  const inOrder = [...shape.children.values()].sort((one, other) => (isBefore(one.first, other.first) ? -1 : 1));
  for (const child of inOrder) {
    const folded = child.name.toLowerCase();
    const twin = byCase.get(folded);
    if (twin === undefined) byCase.set(folded, child);
    else conflicts.push(caseConflict(child, twin));
    if (child.role.field === undefined) continue;
    const field = camelCase(child.name);
    const other = byField.get(field);
    if (other === undefined) byField.set(field, child);
    else conflicts.push(spellingConflict(child, other));
  }
  return conflicts;
}

function caseConflict(at: Shape, other: Shape): ShapeConflict {
  const message = `${at.name} and ${other.name} in an earlier row differ only in case, and the import takes them for one column; use one spelling`;
  return { rule: 'import-name-case', message, at: at.first, other: other.first };
}

function spellingConflict(at: Shape, other: Shape): ShapeConflict {
  const message = `${at.name} is spelled ${other.name} in an earlier row; the import may make two columns of one field. Use one spelling, or ask for the repair "spelling"`;
  return { rule: 'import-spelling', message, at: at.first, other: other.first };
}
