import { inlined, type SchemaPlace } from './references';
import { isRecord, type JsonSchema, refused } from './response-schema';

/** What a value may be: one of these, or null as well. */
export interface Alternatives {
  readonly schemas: readonly (readonly [JsonSchema, SchemaPlace])[];
  readonly nullable: boolean;
}

/** What may stand beside the alternatives without narrowing them. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$anchor', '$comment', '$defs', 'definitions', 'title', 'description', 'default', 'examples'],
  ...['deprecated', 'readOnly', 'writeOnly', 'discriminator'],
]);

/** Takes unions apart: `anyOf`, `oneOf`, several types, and null in any form. */
export function alternativesOf(schema: JsonSchema, root: JsonSchema, place: SchemaPlace): Alternatives {
  const nullable = schema['nullable'] === true;
  const { anyOf, oneOf, nullable: _, ...others } = schema;
  if (anyOf !== undefined && oneOf !== undefined) throw refused(place.path, 'has anyOf and oneOf; make it one union');
  const union = anyOf ?? oneOf;
  const { type } = schema;
  if (Array.isArray(union)) return merged(union, others, root, place, nullable);
  if (Array.isArray(type)) {
    return joined(
      (type as unknown[]).map((one) => [{ ...others, type: one }, place]),
      nullable,
    );
  }
  return joined([[others, place]], nullable);
}

function merged(
  union: readonly unknown[],
  others: JsonSchema,
  root: JsonSchema,
  place: SchemaPlace,
  nullable: boolean,
): Alternatives {
  const narrowing = Object.fromEntries(Object.entries(others).filter(([name]) => !ANNOTATIONS.has(name)));
  const parts = union.map((alternative) => {
    if (!isRecord(alternative))
      throw refused(place.path, `has an alternative that is ${JSON.stringify(alternative)}; name its type`);
    const [own, inner] = inlined(alternative, root, place);
    const twice = Object.keys(narrowing).find((name) => own[name] !== undefined && own[name] !== narrowing[name]);
    if (twice !== undefined)
      throw refused(place.path, `has ${twice} beside a union and in it; say it in each alternative`);
    return alternativesOf({ ...narrowing, ...own }, root, inner);
  });
  return joined(
    parts.flatMap(({ schemas }) => schemas),
    nullable || parts.some((part) => part.nullable),
  );
}

/** Alternatives without null, and whether it was among them. */
function joined(schemas: Alternatives['schemas'], nullable: boolean): Alternatives {
  const others = schemas.flatMap(([schema, place]) => {
    const rest = withoutNull(schema);
    return rest === undefined ? [] : [[rest, place] as const];
  });
  const hadNull = others.length < schemas.length || others.some(([schema], at) => schema !== schemas[at]?.[0]);
  return { schemas: others, nullable: nullable || hadNull };
}

/** The schema for all values but null; the very same if it takes none, `undefined` if it takes nothing else. */
function withoutNull(schema: JsonSchema): JsonSchema | undefined {
  if (schema['type'] === 'null' || schema['const'] === null) return undefined;
  const values = schema['enum'];
  if (!Array.isArray(values) || !values.includes(null)) return schema;
  const others = (values as unknown[]).filter((value) => value !== null);
  return others.length === 0 ? undefined : { ...schema, enum: others };
}
