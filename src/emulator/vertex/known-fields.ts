import { GoogleError } from '../google-error';

/** A JSON type of protobuf's, the fields of a message, or a list of either. */
type FieldType = 'string' | 'boolean' | 'number' | 'map' | 'any' | Fields | readonly [FieldType];
export interface Fields {
  readonly [field: string]: FieldType;
}

const LABEL: Readonly<Record<string, string>> = { string: 'TYPE_STRING', boolean: 'TYPE_BOOL', number: 'TYPE_INT64' };

/**
 * A message as protobuf's JSON reader takes it: both casings, nulls as absent, a lone value for a list; names come out in camelCase.
 * @throws {GoogleError} INVALID_ARGUMENT for a name that the message does not have or a value of another type
 */
export function readMessage(value: unknown, fields: Fields, path: string): Record<string, unknown> {
  if (!isObject(value)) throw invalidPayload(path, `Invalid value at '${path}', ${JSON.stringify(value)}`);
  const message: Record<string, unknown> = {};
  for (const [given, content] of Object.entries(value)) {
    const name = toCamelCase(given);
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (type === undefined) throw unknownName(given, path);
    if (content !== null)
      message[name] = readValue(content, type, path === '' ? toSnakeCase(name) : `${path}.${toSnakeCase(name)}`);
  }
  return message;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function toCamelCase(name: string): string {
  if (!name.includes('_')) return name;
  return name.replaceAll(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function readValue(value: unknown, type: FieldType, path: string): unknown {
  if (type === 'any') return value;
  if (typeof type === 'string') return readScalar(value, type, path);
  if (!isListType(type)) return readMessage(value, type, path);
  const items = Array.isArray(value) ? value : [value];
  return items.map((item, index) => readValue(item, type[0], `${path}[${index}]`));
}

function isListType(type: Fields | readonly [FieldType]): type is readonly [FieldType] {
  return Array.isArray(type);
}

function readScalar(value: unknown, type: 'string' | 'boolean' | 'number' | 'map', path: string): unknown {
  if (type === 'map') {
    if (isObject(value) && Object.values(value).every((item) => typeof item === 'string')) return value;
  } else if (typeof value === type || (type === 'number' && typeof value === 'string' && /^-?\d+$/.test(value))) {
    return value;
  }
  throw invalidPayload(path, `Invalid value at '${path}' (${LABEL[type] ?? 'TYPE_MESSAGE'}), ${JSON.stringify(value)}`);
}

function unknownName(name: string, path: string): GoogleError {
  const place = path === '' ? '' : ` at '${path}'`;
  return invalidPayload(path, `Invalid JSON payload received. Unknown name "${name}"${place}: Cannot find field.`);
}

function invalidPayload(field: string, description: string): GoogleError {
  const violation = { ...(field !== '' && { field }), description };
  return new GoogleError('INVALID_ARGUMENT', description, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [violation] },
  ]);
}
