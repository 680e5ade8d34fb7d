import { cutText } from '../domain/cut-text';
import { didYouMean } from '../domain/nearest-name';
import { spellingsOf } from './field-names';
import type { FieldSpec, MessageSpec } from './message-spec';
import { memberPath, type RowProblems } from './row-problems';

/** An object of the row. */
export type Fields = Readonly<Record<string, unknown>>;

/** A field that a row sets. */
export interface Member {
  /** As the row spells it. */
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
  readonly field: FieldSpec;
}

/** By camelCase name. */
export type Members = ReadonlyMap<string, Member>;

/** What is set in an object, in either spelling; null is as good as absent. */
export function membersOf(object: Fields, spec: MessageSpec, path: string, problems: RowProblems): Members {
  const spellings = spellingsOf(spec);
  const members = new Map<string, Member>();
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === null) continue;
    const field = spellings.get(name);
    const twin = field === undefined ? undefined : members.get(field.name);
    if (field === undefined) {
      problems.report('unknown-field', memberPath(path, name), () => unknownMessage(name, spec));
    } else if (twin === undefined) {
      members.set(field.name, { name, path: `${path}.${name}`, value, field });
    } else {
      const message = `${name} and ${twin.name} are the same field; keep one`;
      problems.report('spelled-twice', `${path}.${name}`, () => message);
    }
  }
  return members;
}

function unknownMessage(name: string, spec: MessageSpec): string {
  const sameStyle = [...spellingsOf(spec).keys()].filter((known) => known.includes('_') === name.includes('_'));
  const known = sameStyle.length === 0 ? spec.fields.keys() : sameStyle;
  return `${spec.name} has no field ${JSON.stringify(cutText(name, 60))}${didYouMean(name, known)}`;
}
