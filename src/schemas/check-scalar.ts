import { didYouMean } from '../domain/nearest-name';
import type { ValidationRule } from '../domain/validation-rules';
import type { EnumSpec, NumberRange, StringCheck, ValueSpec } from './message-spec';
import { isObject, type RowProblems, shown } from './row-problems';
import { isBase64, isDuration, isEnumValue, isInRange, isStoredOrOnYouTube, numberOf, passes } from './value-checks';
import { wantedKind } from './wording';

/** Where a value stands, for what is said of it. */
export interface Place {
  /** As the row spells it. */
  readonly name: string;
  readonly path: string;
  /** That a value of another JSON type breaks. */
  readonly rule: 'shape' | 'contents' | 'parts' | 'part';
}

export type ScalarSpec = Exclude<ValueSpec, { kind: 'message' | 'map' }>;

/** Checks a value that nothing of ours stands in. */
export function checkScalar(value: unknown, spec: ScalarSpec, place: Place, problems: RowProblems): void {
  switch (spec.kind) {
    case 'string':
      return checkString(value, spec.check, place, problems);
    case 'enum':
      return checkEnum(value, spec, place, problems);
    case 'bytes':
      return checkBytes(value, place, problems);
    case 'int32':
    case 'int64':
    case 'float':
    case 'double': {
      const number = numberOf(value, spec.kind);
      if (number === undefined) return reportShape(value, spec, place, problems);
      return spec.range === undefined ? undefined : checkRange(number, spec.range, place, problems);
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : reportShape(value, spec, place, problems);
    case 'duration':
      return isDuration(value) ? undefined : reportShape(value, spec, place, problems);
    case 'struct':
      return isObject(value) ? undefined : reportShape(value, spec, place, problems);
    case 'any':
  }
}

/** Says that a value is of another JSON type than it must be. */
export function reportShape(value: unknown, spec: ValueSpec, { name, path, rule }: Place, problems: RowProblems): void {
  problems.report(rule, path, () => `${name} must be ${wantedKind(spec)}, got ${shown(value)}`);
}

function checkString(value: unknown, check: StringCheck | undefined, place: Place, problems: RowProblems): void {
  if (typeof value !== 'string' && check !== 'role') return reportShape(value, { kind: 'string' }, place, problems);
  if (check === undefined) return undefined;
  if (typeof value === 'string' && passes(check, value))
    return check === 'uri' ? checkUriInTable(value, place, problems) : undefined;
  problems.report(RULE_OF_CHECK[check], place.path, () => CHECK_WORDS[check](place.name, shown(value)));
}

function checkUriInTable(uri: string, { name, path }: Place, problems: RowProblems): void {
  if (isStoredOrOnYouTube(uri)) return;
  problems.report('uri-in-table', path, () => `${name} should begin with gs://, or be of YouTube, got ${shown(uri)}`);
}

const RULE_OF_CHECK: Readonly<Record<StringCheck, ValidationRule>> = {
  role: 'role',
  'function-name': 'function-name',
  'mime-type': 'mime-type',
  uri: 'uri',
  'image-size': 'unsupported',
  label: 'range',
};

const CHECK_WORDS: Readonly<Record<StringCheck, (name: string, value: string) => string>> = {
  role: (name, value) => `${name} must be user or model, got ${value}`,
  'function-name': (name, value) =>
    `${name} must begin with a letter or _ and have at most 64 letters, digits, and _ . -, got ${value}`,
  'mime-type': (name, value) => `${name} ${value} is not among the types that the documentation lists for input`,
  uri: (name, value) => `${name} should begin with gs://, https:// or http://, got ${value}`,
  label: (name, value) => `label ${name} should have at most 63 lower-case letters, digits, _ and -, got ${value}`,
  'image-size': (name, value) => `${name} ${value} can't be used: a batch job makes images of at most 1K`,
};

function checkEnum(value: unknown, spec: EnumSpec, { name, path }: Place, problems: RowProblems): void {
  if (isEnumValue(value, spec)) return;
  problems.report('enum', path, () => {
    const meant = typeof value === 'string' ? didYouMean(value, spec.values) : '';
    return `${name} must be ${wantedKind(spec)}, got ${shown(value)}${meant}`;
  });
}

function checkBytes(value: unknown, place: Place, problems: RowProblems): void {
  if (typeof value !== 'string') return reportShape(value, { kind: 'bytes' }, place, problems);
  if (isBase64(value)) return;
  problems.report('base64', place.path, () => {
    const prefix = /^data:[^,]{0,100},/.exec(value)?.[0];
    const remedy = prefix === undefined ? '' : `; remove ${JSON.stringify(prefix)}`;
    return `${place.name} must be base64, got ${shown(value)}${remedy}`;
  });
}

function checkRange(value: number, range: NumberRange, { name, path }: Place, problems: RowProblems): void {
  if (isInRange(value, range)) return;
  problems.report('range', path, () => `${name} should be ${rangeText(range)}, got ${value}`);
}

function rangeText({ from, fromExclusive, to, toExclusive }: NumberRange): string {
  const lower = from === undefined ? [] : [`${fromExclusive === true ? 'above' : 'at least'} ${from}`];
  const upper = to === undefined ? [] : [`${toExclusive === true ? 'below' : 'at most'} ${to}`];
  return [...lower, ...upper].join(' and ');
}
