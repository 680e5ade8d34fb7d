import { isObject, toCamelCase } from './known-fields';

type Message = Readonly<Record<string, unknown>>;

const ROLES = new Set<unknown>(['user', 'model']);
const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;

const REQUEST_FIELDS = names(
  'contents systemInstruction cachedContent tools toolConfig labels safetySettings modelArmorConfig generationConfig model',
);
const CONTENT_FIELDS = names('role parts');
const PART_UNION = names('text inlineData fileData functionCall functionResponse executableCode codeExecutionResult');
const PART_FIELDS = new Set([
  ...PART_UNION,
  ...names('thought thoughtSignature videoMetadata mediaResolution mediaProcessing'),
]);

/** Why the service refuses a row's request with INVALID_ARGUMENT, or `undefined` when it takes it. */
export function refusalOf(request: unknown): string | undefined {
  if (!isObject(request)) return 'Request must be a JSON object.';
  const message = fieldsOf(request);
  return (
    unknownField(message, REQUEST_FIELDS, '') ??
    contentsRefusal(message['contents']) ??
    instructionRefusal(message['systemInstruction']) ??
    toolsRefusal(message['tools']) ??
    configRefusal(message['generationConfig']) ??
    (message['cachedContent'] === undefined ? undefined : 'Explicit caching is not supported in batch prediction.')
  );
}

/** An object's entries under their camelCase names, nulls left out. */
export function fieldsOf(value: unknown): Message {
  const fields: Record<string, unknown> = {};
  if (!isObject(value)) return fields;
  for (const name in value) {
    const content = value[name];
    if (content !== null && content !== undefined) fields[toCamelCase(name)] = content;
  }
  return fields;
}

/** A list, where a lone value stands for a list of one. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function contentsRefusal(contents: unknown): string | undefined {
  if (!Array.isArray(contents) || contents.length === 0)
    return 'Unable to submit request because it must have a contents field.';
  for (const [index, content] of contents.entries()) {
    const path = `contents[${index}]`;
    const message = fieldsOf(content);
    const refusal =
      unknownField(message, CONTENT_FIELDS, path) ??
      roleRefusal(message['role']) ??
      partsRefusal(message['parts'], path);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function roleRefusal(role: unknown): string | undefined {
  return role === undefined || role === '' || ROLES.has(role) ? undefined : 'Please use a valid role: user, model.';
}

function partsRefusal(parts: unknown, path: string): string | undefined {
  const list = listOf(parts);
  if (list.length === 0) return `Unable to submit request because ${path} must have at least one parts field.`;
  for (const [index, part] of list.entries()) {
    const refusal = partRefusal(part, `${path}.parts[${index}]`);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function partRefusal(part: unknown, path: string): string | undefined {
  const message = fieldsOf(part);
  const unknown = unknownField(message, PART_FIELDS, path);
  if (unknown !== undefined) return unknown;
  const kinds = Object.keys(message).filter((name) => PART_UNION.has(name));
  if (kinds.length !== 1)
    return `Unable to submit request because ${path} must have one initialized field, got ${kinds.length}.`;
  const file = fieldsOf(message['fileData']);
  if (kinds[0] === 'fileData' && (file['mimeType'] === undefined || file['fileUri'] === undefined)) {
    return `Unable to submit request because ${path} must have a mimeType and a fileUri parameter.`;
  }
  return undefined;
}

function instructionRefusal(instruction: unknown): string | undefined {
  if (instruction === undefined) return undefined;
  const onlyText = listOf(fieldsOf(instruction)['parts']).every((part) => typeof fieldsOf(part)['text'] === 'string');
  return onlyText ? undefined : 'System instruction must have text parts only.';
}

function toolsRefusal(tools: unknown): string | undefined {
  for (const tool of listOf(tools)) {
    for (const declaration of listOf(fieldsOf(tool)['functionDeclarations'])) {
      const name = fieldsOf(declaration)['name'];
      if (typeof name !== 'string' || !FUNCTION_NAME.test(name)) {
        return 'Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.) or dashes (-), with a maximum length of 64.';
      }
    }
  }
  return undefined;
}

function configRefusal(config: unknown): string | undefined {
  const fields = fieldsOf(config);
  return (
    rangeRefusal(fields, 'temperature', 0, 2) ??
    rangeRefusal(fields, 'topP', 0, 1) ??
    rangeRefusal(fields, 'maxOutputTokens', 1, Number.MAX_SAFE_INTEGER) ??
    rangeRefusal(fields, 'candidateCount', 1, 8) ??
    (listOf(fields['stopSequences']).length > 5 ? 'At most 5 stopSequences are supported.' : undefined)
  );
}

function rangeRefusal(fields: Message, name: string, lowest: number, highest: number): string | undefined {
  const value = fields[name];
  if (value === undefined || (typeof value === 'number' && value >= lowest && value <= highest)) return undefined;
  const range = highest === Number.MAX_SAFE_INTEGER ? `at least ${lowest}` : `from ${lowest} to ${highest}`;
  return `Unable to submit request because ${name} must be ${range}, got ${JSON.stringify(value)}.`;
}

function unknownField(message: Message, known: ReadonlySet<string>, path: string): string | undefined {
  for (const name in message) {
    if (known.has(name)) continue;
    return `Invalid JSON payload received. Unknown name "${name}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`;
  }
  return undefined;
}

function names(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
