import { snakeCase } from '../domain/field-name';
import type { FieldSpec, MessageSpec } from './message-spec';

const bySpelling = new WeakMap<MessageSpec, ReadonlyMap<string, FieldSpec>>();

/** The fields of a message under both spellings of their names. */
export function spellingsOf(spec: MessageSpec): ReadonlyMap<string, FieldSpec> {
  let spellings = bySpelling.get(spec);
  if (spellings === undefined) {
    spellings = new Map(
      [...spec.fields.values()].flatMap((field) => [
        [snakeCase(field.name), field],
        [field.name, field],
      ]),
    );
    bySpelling.set(spec, spellings);
  }
  return spellings;
}
