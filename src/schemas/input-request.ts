import { camelCase } from '../domain/field-name';
import { isObject, type RowProblems, shown } from './row-problems';

type Fields = Readonly<Record<string, unknown>>;

/** What the API wants below these names of a request (v1 `GenerateContentRequest`). */
const REQUEST_SHAPES: Readonly<Record<string, 'array' | 'object' | 'string'>> = {
  contents: 'array',
  systemInstruction: 'object',
  tools: 'array',
  toolConfig: 'object',
  safetySettings: 'array',
  generationConfig: 'object',
  labels: 'object',
  modelArmorConfig: 'object',
  cachedContent: 'string',
};

/** A part holds exactly one of these; for blobs and files also the strings that must be in them. */
const PART_KINDS: Readonly<
  Record<string, { readonly shape: 'string' | 'object'; readonly strings: readonly string[] }>
> = {
  text: { shape: 'string', strings: [] },
  inlineData: { shape: 'object', strings: ['mimeType', 'data'] },
  fileData: { shape: 'object', strings: ['mimeType', 'fileUri'] },
  functionCall: { shape: 'object', strings: ['name'] },
  functionResponse: { shape: 'object', strings: ['name'] },
  executableCode: { shape: 'object', strings: ['code'] },
  codeExecutionResult: { shape: 'object', strings: [] },
};

/** Checks contents, parts, roles and the outer shape of the rest. */
export function checkRequest(request: Fields, problems: RowProblems): void {
  const members = membersOf(request, 'request', problems);
  for (const [name, shape] of Object.entries(REQUEST_SHAPES)) {
    const member = members.get(name);
    if (member !== undefined && name !== 'contents') checkShape(member, shape, problems);
  }
  const contents = members.get('contents');
  if (contents === undefined) {
    const found = shown(request);
    problems.error(
      'contents',
      'request.contents',
      `contents is missing, the request is ${found}; it needs at least one content`,
    );
  } else {
    checkContents(contents, problems);
  }
  const instruction = members.get('systemInstruction');
  if (instruction !== undefined && isObject(instruction.value)) {
    checkParts(membersOf(instruction.value, instruction.path, problems), instruction.path, problems);
  }
}

function checkContents({ path, value }: Member, problems: RowProblems): void {
  if (!Array.isArray(value) || value.length === 0) {
    problems.error('contents', path, `contents must be an array with at least one content, got ${shown(value)}`);
    return;
  }
  for (const [position, content] of (value as unknown[]).entries()) {
    checkContent(content, `${path}[${position}]`, problems);
  }
}

function checkContent(content: unknown, path: string, problems: RowProblems): void {
  if (!isObject(content)) {
    problems.error('contents', path, `a content must be an object with role and parts, got ${shown(content)}`);
    return;
  }
  const members = membersOf(content, path, problems);
  const role = members.get('role');
  if (role !== undefined && role.value !== 'user' && role.value !== 'model') {
    problems.error('role', role.path, `role must be user or model, got ${shown(role.value)}`);
  }
  checkParts(members, path, problems);
}

/** One part may stand without its list. */
function checkParts(members: Members, path: string, problems: RowProblems): void {
  const parts = members.get('parts');
  if (parts === undefined) {
    problems.error('parts', `${path}.parts`, 'parts is missing; a content needs at least one part');
  } else if (isObject(parts.value)) {
    checkPart(parts.value, parts.path, problems);
  } else if (Array.isArray(parts.value) && parts.value.length > 0) {
    for (const [position, part] of (parts.value as unknown[]).entries()) {
      checkPart(part, `${parts.path}[${position}]`, problems);
    }
  } else {
    problems.error('parts', parts.path, `parts must be a part or an array of parts, got ${shown(parts.value)}`);
  }
}

function checkPart(part: unknown, path: string, problems: RowProblems): void {
  if (!isObject(part)) {
    problems.error('part', path, `a part must be an object such as {"text": "…"}, got ${shown(part)}`);
    return;
  }
  const members = membersOf(part, path, problems);
  const kinds = [...members].filter(([name]) => Object.hasOwn(PART_KINDS, name));
  const [first] = kinds;
  if (kinds.length > 1) {
    const names = kinds.map(([, member]) => member.name).join(' and ');
    problems.error('part', path, `a part must hold one kind of data, got ${names}; make a part of each`);
  } else if (first !== undefined) {
    checkKind(first[0], first[1], problems);
  } else if (!members.has('thoughtSignature')) {
    problems.error('part', path, `a part must hold one of ${Object.keys(PART_KINDS).join(', ')}, got ${shown(part)}`);
  }
}

function checkKind(kind: string, member: Member, problems: RowProblems): void {
  const { shape, strings } = PART_KINDS[kind] ?? { shape: 'object', strings: [] };
  if (!checkShape(member, shape, problems, 'part') || strings.length === 0) return;
  const members = membersOf(member.value as Fields, member.path, problems);
  for (const name of strings) {
    const { path, value } = members.get(name) ?? { path: `${member.path}.${name}`, value: undefined };
    if (typeof value !== 'string' || value === '') {
      problems.error('part', path, `${name} must be a string that is not empty, got ${shown(value)}`);
    }
  }
}

function checkShape(
  { name, path, value }: Member,
  shape: 'array' | 'object' | 'string',
  problems: RowProblems,
  rule: 'shape' | 'part' = 'shape',
): boolean {
  const fits =
    shape === 'array' ? Array.isArray(value) : shape === 'object' ? isObject(value) : typeof value === 'string';
  if (!fits) {
    const wanted = shape === 'string' ? 'a string' : `an ${shape}`;
    problems.error(rule, path, `${name} must be ${wanted}, got ${shown(value)}`);
  }
  return fits;
}

interface Member {
  /** As the row spells it. */
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
}

type Members = ReadonlyMap<string, Member>;

/** What is not null, by its camelCase name. */
function membersOf(fields: Fields, path: string, problems: RowProblems): Members {
  const members = new Map<string, Member>();
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    const camel = camelCase(name);
    const twin = members.get(camel);
    if (twin !== undefined) {
      problems.error('spelled-twice', `${path}.${name}`, `${name} and ${twin.name} are the same field; keep one`);
    } else {
      members.set(camel, { name, path: `${path}.${name}`, value });
    }
  }
  return members;
}
