import { isObject } from '../known-fields';
import { readField } from './field-notation';
import type { WrittenField } from './field-notation';
import { ENUMS, enumValuesOf, MESSAGES, ONE_OFS } from './message-table';
import type { OneOf } from './message-table';
import { Refusal, invalidValue, unfit, unknownName } from './refusal';
import { MESSAGE_RULES } from './message-rules';
import type { MessageRule } from './message-rules';
import { boundedCheck, boundsInWords, enumCheck, isWithin, SCALARS } from './scalar-values';
import type { ValueCheck } from './scalar-values';

interface Field {
  readonly protoName: string;
  readonly jsonName: string;
  readonly bit: number;
  readonly required: boolean;
  readonly check: ValueCheck;
}

interface Group {
  readonly mask: number;
  readonly instead: number;
  readonly required: boolean;
  readonly names: string;
}

/** One message of the table, ready to look at values: its names in both spellings, its groups as bit masks. */
class MessageCheck {
  readonly #type: string;
  readonly #fields: ReadonlyMap<string, Field>;
  readonly #required: number;
  readonly #groups: readonly Group[];
  readonly #rule: MessageRule | undefined;

  constructor(type: string, fields: readonly Field[]) {
    this.#type = `type.googleapis.com/google.cloud.aiplatform.v1.${type}`;
    this.#fields = new Map(
      fields.flatMap((field) => [[field.jsonName, field] as const, [field.protoName, field] as const]),
    );
    this.#required = fields.reduce((bits, field) => (field.required ? bits | field.bit : bits), 0);
    this.#groups = (ONE_OFS[type] ?? []).map((oneOf) => groupOf(oneOf, this.#fields));
    this.#rule = MESSAGE_RULES[type];
  }

  check(value: unknown): Refusal | undefined {
    if (!isObject(value)) return invalidValue(this.#type, value);
    let named = 0;
    let set = 0;
    for (const name in value) {
      const content = value[name];
      if (content === null) continue;
      const field = this.#fields.get(name);
      if (field === undefined) return unknownName(name);
      if ((named & field.bit) !== 0) return setTwice(field);
      named |= field.bit;
      const refusal = field.check(content);
      if (refusal !== undefined) return refusal.within(field.protoName);
      if (isSet(content, field)) set |= field.bit;
    }
    return this.#missing(set) ?? this.#crowded(set) ?? this.#rule?.(value);
  }

  #missing(set: number): Refusal | undefined {
    const missing = this.#required & ~set;
    if (missing === 0) return undefined;
    const names = [...new Set(this.#fields.values())].filter((field) => (field.bit & missing) !== 0);
    return unfit(`{} must have a ${names.map((field) => field.jsonName).join(' and a ')} field`);
  }

  #crowded(set: number): Refusal | undefined {
    for (const { mask, instead, required, names } of this.#groups) {
      const chosen = set & mask;
      if (chosen === 0 ? required && (set & instead) === 0 : (chosen & (chosen - 1)) !== 0) {
        const wanted = required ? 'exactly' : 'at most';
        return unfit(`{} must have ${wanted} one initialized field of ${names}`);
      }
    }
    return undefined;
  }
}

interface RequestCheckOptions {
  readonly loneValues: boolean;
  readonly lowerCaseTypes: boolean;
}

/** Looks at a whole request. Made once a job: it costs a fraction of a millisecond. */
export function createRequestCheck({ loneValues, lowerCaseTypes }: RequestCheckOptions): ValueCheck {
  const checks = new Map<string, MessageCheck>();
  const enums = new Map(Object.keys(ENUMS).map((type) => [type, enumCheck(type, enumValuesOf(type))]));
  if (lowerCaseTypes) enums.set('Type', enumCheck('Type', inBothCases(enumValuesOf('Type'))));
  for (const [type, fields] of Object.entries(MESSAGES)) {
    checks.set(type, new MessageCheck(type, Object.entries(fields).map(fieldOf)));
  }
  const whole = checks.get('GenerateContentRequest') as MessageCheck;
  return (request) => whole.check(request);

  function fieldOf([jsonName, text]: [string, string], index: number): Field {
    const written = readField(text);
    const protoName = toSnakeCase(jsonName);
    return { jsonName, protoName, bit: 1 << index, required: written.required, check: checkOf(written) };
  }

  function checkOf(field: WrittenField): ValueCheck {
    const single =
      SCALARS[field.type] ?? enums.get(field.type) ?? ((value: unknown) => checks.get(field.type)?.check(value));
    if (field.repeats === 'list') return listCheck(single, field, loneValues || field.lone);
    if (field.repeats === 'map') return mapCheck(single);
    return field.bounds === undefined ? single : boundedCheck(single, field.bounds);
  }
}

function groupOf({ fields, required, instead }: OneOf, known: ReadonlyMap<string, Field>): Group {
  const bitsOf = (names: readonly string[]) => names.reduce((bits, name) => bits | (known.get(name)?.bit ?? 0), 0);
  return {
    mask: bitsOf(fields),
    instead: bitsOf(instead === undefined ? [] : [instead]),
    required,
    names: fields.join(', '),
  };
}

function inBothCases(values: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map(
    [...values].flatMap(([name, number]) => [[name, number] as const, [name.toLowerCase(), number] as const]),
  );
}

function listCheck(check: ValueCheck, { bounds }: WrittenField, lone: boolean): ValueCheck {
  return (value) => {
    if (!Array.isArray(value)) return lone ? check(value) : startsNoList(value);
    for (let index = 0; index < value.length; index += 1) {
      const refusal = check(value[index]);
      if (refusal !== undefined) return refusal.within(`[${index}]`);
    }
    if (bounds === undefined || isWithin(value.length, bounds)) return undefined;
    return unfit(`{} must have ${boundsInWords(bounds)} elements, got ${value.length}`);
  };
}

function mapCheck(check: ValueCheck): ValueCheck {
  return (value) => {
    if (!isObject(value)) return invalidValue('TYPE_MESSAGE', value);
    for (const name in value) {
      const refusal = value[name] === null ? undefined : check(value[name]);
      if (refusal !== undefined) return refusal.within(`[${JSON.stringify(name)}]`);
    }
    return undefined;
  };
}

/** A required string must not be empty: protobuf can't tell that from absent. */
function isSet(content: unknown, field: Field): boolean {
  if (content === '') return !field.required;
  return !(Array.isArray(content) && content.length === 0);
}

function setTwice(field: Field): Refusal {
  return new Refusal(
    (path) =>
      `Invalid JSON payload received. Field "${field.jsonName}"${path === '' ? '' : ` at '${path}'`} is set twice.`,
  );
}

function startsNoList(value: unknown): Refusal {
  return invalidValue('TYPE_MESSAGE, a list', value);
}

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
