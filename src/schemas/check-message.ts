import { checkScalar, type Place, reportShape } from './check-scalar';
import { type Fields, type Member, type Members, membersOf } from './message-members';
import type { FieldSpec, MessageSpec, OneOf, ValueSpec } from './message-spec';
import { isObject, memberPath, type RowProblems, shown } from './row-problems';
import { decodedBytes, isLabelKey } from './value-checks';
import { wantedOf, WORDS } from './wording';

/** Checks an object against its description, and everything below it. */
export function checkMessage(object: Fields, spec: MessageSpec, path: string, problems: RowProblems): void {
  const members = membersOf(object, spec, path, problems);
  for (const field of spec.fields.values()) {
    const member = members.get(field.name);
    if (member !== undefined) {
      checkMember(member, problems);
      checkNeeds(member, members, problems);
      checkSize(member, members, problems);
    } else if (field.required === true) reportMissing(field, object, path, problems);
  }
  for (const oneOf of spec.oneOfs) checkOneOf(oneOf, members, object, path, problems);
}

function reportMissing(field: FieldSpec, object: Fields, path: string, problems: RowProblems): void {
  const { rule = 'required', name } = field;
  problems.report(rule, `${path}.${name}`, () => {
    const missing = WORDS[rule]?.missing;
    return missing === undefined ? `${name} must be ${wantedOf(field)}, got nothing` : missing(object);
  });
}

function checkMember({ name, path, value, field }: Member, problems: RowProblems): void {
  if (field.unsupported !== undefined) {
    problems.report('unsupported', path, () => `${name} can't be used: ${field.unsupported}; remove it`);
  } else if (field.repeated === true) {
    checkList({ name, path, value, field }, problems);
  } else if (field.required === true && value === '') {
    problems.report('required', path, () => `${name} must be ${wantedOf(field)}, got ""`);
  } else {
    checkSingle(value, name, path, field, problems);
  }
}

function checkNeeds({ name, path, field }: Member, members: Members, problems: RowProblems): void {
  const { needs } = field;
  if (needs === undefined) return;
  const needed = members.get(needs);
  if (needed?.value === true) return;
  problems.report('range', path, () => `${name} should stand beside ${needs}: true, got ${shown(needed?.value)}`);
}

function checkSize({ name, path, value, field }: Member, members: Members, problems: RowProblems): void {
  const { most } = field;
  if (most === undefined || typeof value !== 'string') return;
  const bytes = decodedBytes(value);
  const mimeType = members.get('mimeType')?.value;
  if (bytes <= most.bytes || typeof mimeType !== 'string' || !mimeType.startsWith(most.mimeType)) return;
  problems.report('range', path, () => `${name} of ${mimeType} should be at most ${most.bytes} bytes, got ${bytes}`);
}

function checkList({ name, path, value, field }: Member, problems: RowProblems): void {
  if (field.lone === true && isObject(value)) return checkSingle(value, name, path, field, problems);
  if (!Array.isArray(value) || (field.required === true && value.length === 0)) {
    const rule = field.rule ?? (Array.isArray(value) ? 'required' : 'shape');
    return problems.report(rule, path, () => `${name} must be ${wantedOf(field)}, got ${shown(value)}`);
  }
  const { from = 0, to = Infinity } = field.items ?? {};
  if (value.length < from || value.length > to) {
    const wanted = from > 0 ? `${from} to ${to}` : `at most ${to}`;
    problems.report('range', path, () => `${name} should have ${wanted} elements, got ${value.length}`);
  }
  for (const [position, element] of (value as unknown[]).entries()) {
    // A null is what the import is told of.
    if (element !== null) checkSingle(element, name, `${path}[${position}]`, field, problems);
  }
}

function checkSingle(value: unknown, name: string, path: string, field: FieldSpec, problems: RowProblems): void {
  const words = field.rule === undefined ? undefined : WORDS[field.rule];
  if (words === undefined || isObject(value)) {
    checkValue(value, field.value, { name, path, rule: field.rule ?? 'shape' }, problems);
  } else {
    problems.report(words.elementRule, path, () => `${words.element}, got ${shown(value)}`);
  }
}

function checkValue(value: unknown, spec: ValueSpec, place: Place, problems: RowProblems): void {
  if (spec.kind !== 'message' && spec.kind !== 'map') checkScalar(value, spec, place, problems);
  else if (!isObject(value)) reportShape(value, spec, place, problems);
  else if (spec.kind === 'message') checkMessage(value, spec.message(), place.path, problems);
  else checkMap(value, spec, place.path, problems);
}

type MapSpec = Extract<ValueSpec, { kind: 'map' }>;

function checkMap(map: Fields, spec: MapSpec, path: string, problems: RowProblems): void {
  for (const name of Object.keys(map)) {
    const value = map[name];
    if (value === null) continue;
    const inner = memberPath(path, name);
    if (spec.labels === true && !isLabelKey(name)) problems.report('range', inner, () => labelMessage(name));
    checkValue(value, spec.value, { name, path: inner, rule: 'shape' }, problems);
  }
}

function labelMessage(name: string): string {
  const wanted = 'begin with a lower-case letter and have at most 63 lower-case letters, digits, _ and -';
  return `the name of a label should ${wanted}, got ${shown(name)}`;
}

function checkOneOf(oneOf: OneOf, members: Members, object: Fields, path: string, problems: RowProblems): void {
  const named = oneOf.fields.flatMap((name) => members.get(name) ?? []);
  const set = named.filter((member) => !isEmptyList(member));
  if (set.length > 1) {
    const names = set.map(({ name }) => name).join(' and ');
    problems.report(oneOf.rule, path, () => ONE_OF_WORDS[oneOf.rule].many(names));
  } else if (set.length === 0 && oneOf.required && !(oneOf.unless ?? []).some((name) => members.has(name))) {
    const list = `${oneOf.fields.length === 1 ? '' : 'one of '}${oneOf.fields.join(', ')}`;
    const got = named[0] === undefined ? shown(object) : `${named[0].name} without elements`;
    problems.report(oneOf.rule, path, () => `${ONE_OF_WORDS[oneOf.rule].one} ${list}, got ${got}`);
  }
}

/** To protobuf it is as good as absent. */
function isEmptyList({ value, field }: Member): boolean {
  return field.repeated === true && Array.isArray(value) && value.length === 0;
}

const ONE_OF_WORDS: Readonly<Record<OneOf['rule'], { readonly one: string; many(names: string): string }>> = {
  part: {
    one: 'a part must hold',
    many: (names) => `a part must hold one kind of data, got ${names}; make a part of each`,
  },
  tool: {
    one: 'a tool must hold',
    many: (names) => `a tool must hold one kind of tool, got ${names}; make a tool of each`,
  },
  'one-of': { one: 'there must be', many: (names) => `${names} exclude one another; keep one` },
};
