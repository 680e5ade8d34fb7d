import { isRecord, type JsonSchema, refused } from './response-schema';

/** Where a schema stands, and what led there. */
export interface SchemaPlace {
  readonly path: string;
  /** References that are being written out. */
  readonly references: readonly string[];
}

/**
 * The schema with what `$ref` and a single `allOf` point at written out in it; its own keywords come first.
 * @throws {TypeError} for a schema that contains itself, or what isn't there
 */
export function inlined(schema: JsonSchema, root: JsonSchema, place: SchemaPlace): [JsonSchema, SchemaPlace] {
  const { $ref: reference, allOf, ...own } = schema;
  if (typeof reference === 'string') {
    const inner = enter(place, reference);
    return inlined(
      { ...target(reference, root, place.path), ...own, ...(allOf !== undefined && { allOf }) },
      root,
      inner,
    );
  }
  if (Array.isArray(allOf) && allOf.length === 1 && isRecord(allOf[0])) {
    return inlined({ ...allOf[0], ...own }, root, place);
  }
  return [schema, place];
}

function enter(place: SchemaPlace, reference: string): SchemaPlace {
  if (place.references.includes(reference)) {
    const message = `contains itself (${reference}), and the import takes no recursion; write out as many levels as you need`;
    throw refused(place.path, message);
  }
  return { path: place.path, references: [...place.references, reference] };
}

function target(reference: string, root: JsonSchema, path: string): JsonSchema {
  const found = reference.startsWith('#')
    ? pointerSteps(reference).reduce<unknown>((value, step) => memberOf(value, step), root)
    : undefined;
  if (isRecord(found)) return found;
  throw refused(path, `refers to ${reference}, which isn't in the schema; write out what it stands for`);
}

function pointerSteps(reference: string): string[] {
  return decodeURIComponent(reference.slice(1))
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value[Number(name)] as unknown;
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
