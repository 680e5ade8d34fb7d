import { isRecord, type JsonSchema } from './response-schema';

/** A Standard Schema (standardschema.dev) that can say itself as a JSON Schema: zod from 4.2 on, arktype and others. */
export interface StandardJsonSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Readonly<Record<string, unknown>>;
    };
  };
}

/**
 * What a model must write so that the schema takes it: its input, before defaults and transformations.
 * @throws {TypeError} naming the library and the remedy when it can't say that
 */
export function jsonSchemaOf(schema: object): JsonSchema {
  const standard = (schema as Partial<StandardJsonSchema>)['~standard'];
  if (standard === undefined) return ownJsonSchema(schema);
  if (!isRecord(standard.jsonSchema)) {
    const remedy = 'hand over its JSON Schema instead: toResponseSchema(z.toJSONSchema(schema, { io: "input" }))';
    throw new TypeError(
      `toResponseSchema: this version of ${standard.vendor} can't say a schema as JSON Schema; ${remedy}`,
    );
  }
  try {
    return standard.jsonSchema.input({ target: 'draft-2020-12' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`toResponseSchema: ${standard.vendor} can't say this schema as JSON Schema: ${reason}`, {
      cause: error,
    });
  }
}

function ownJsonSchema(schema: object): JsonSchema {
  if (isRecord(schema)) return schema;
  throw new TypeError('toResponseSchema: wants a Standard Schema or a JSON Schema, got a list');
}
