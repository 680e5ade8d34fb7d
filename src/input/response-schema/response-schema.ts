/** The API's `Schema`, as far as {@link toResponseSchema} writes it: what `generationConfig.responseSchema` takes. */
export interface ResponseSchema {
  readonly type?: ResponseType;
  /** Alternatives, instead of a type. */
  readonly anyOf?: readonly ResponseSchema[];
  readonly nullable?: true;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: ResponseSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, ResponseSchema>>;
  readonly required?: readonly string[];
  readonly propertyOrdering?: readonly string[];
}

export type ResponseType = 'STRING' | 'NUMBER' | 'INTEGER' | 'BOOLEAN' | 'ARRAY' | 'OBJECT';

export type JsonSchema = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where in the answer a schema stands: `lines[].price`. */
export function refused(path: string, message: string): TypeError {
  return new TypeError(`toResponseSchema: ${path === '' ? 'the schema' : path} ${message}`);
}
