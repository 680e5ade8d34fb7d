import { camelCase } from '../domain/field-name';
import { Hash64 } from './hash64';

type Lanes = readonly [number, number];

/** `fields`: names are the API's. `names`: names are the caller's, values are fields again. `free`: all is the caller's. */
type Naming = 'fields' | 'names' | 'free';

const NAMING_BELOW: Readonly<Record<string, Naming>> = {
  labels: 'free',
  args: 'free',
  response: 'free',
  example: 'free',
  default: 'free',
  parametersJsonSchema: 'free',
  responseJsonSchema: 'free',
  properties: 'names',
  defs: 'names',
};

const STRING = 1;
const NUMBER = 2;
const BOOLEAN = 3;
const OBJECT = 4;
const ARRAY = 5;
const MEMBER = 6;
const ABSENT: Lanes = [7, 7];
/** Far below any real request; what lies deeper counts as absent. */
const MAX_DEPTH = 200;

const hash = new Hash64();
const number = new Float64Array(1);
const numberWords = new Int32Array(number.buffer);

/**
 * Hash of a request's meaning: the same for the request as it was sent and for the service's echo of it, which sorts keys,
 * fills in nulls and may spell names otherwise. Members that are null or empty count as absent; one part is a list of one.
 */
export function requestHash(request: unknown): bigint {
  return hashWith(undefined, request);
}

/** What stands in the places of a request that its template leaves open. */
export interface LeftOut {
  /** How a string begins that stands for a text; the text's ordinal follows. No string of a request begins so. */
  readonly textStub: string;
  readonly numberStub: string;
  /** The hash of each text, its two lanes after each other. */
  readonly textHashes: Uint32Array;
  readonly numbers: Float64Array;
}

/** The {@link requestHash} of a request of which only its template and what that leaves out are known. */
export function templateHash(template: unknown, leftOut: LeftOut): bigint {
  return hashWith(leftOut, template);
}

let left: LeftOut | undefined;

function hashWith(leftOut: LeftOut | undefined, request: unknown): bigint {
  left = leftOut;
  const [first, second] = lanesOf(request, 'fields', 0) ?? ABSENT;
  return (BigInt(first) << 32n) | BigInt(second);
}

/** `undefined` for null and whatever is empty. */
function lanesOf(value: unknown, naming: Naming, depth: number): Lanes | undefined {
  switch (typeof value) {
    case 'string':
      return (left && lanesLeftOut(left, value)) ?? hash.reset(STRING).text(value).lanes();
    case 'number':
      return lanesOfNumber(value);
    case 'boolean':
      return hash
        .reset(BOOLEAN)
        .word(value ? 1 : 0)
        .lanes();
    default:
      if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
      return Array.isArray(value) ? lanesOfArray(value, naming, depth) : lanesOfObject(value, naming, depth);
  }
}

function lanesLeftOut({ textStub, numberStub, textHashes, numbers }: LeftOut, value: string): Lanes | undefined {
  if (value.startsWith(textStub)) {
    const place = 2 * Number(value.slice(textStub.length));
    return [textHashes[place] ?? 0, textHashes[place + 1] ?? 0];
  }
  return value.startsWith(numberStub) ? lanesOfNumber(numbers[Number(value.slice(numberStub.length))] ?? 0) : undefined;
}

function lanesOfNumber(value: number): Lanes {
  number[0] = value + 0;
  return hash
    .reset(NUMBER)
    .word(numberWords[0] ?? 0)
    .word(numberWords[1] ?? 0)
    .lanes();
}

function lanesOfArray(array: readonly unknown[], naming: Naming, depth: number): Lanes | undefined {
  if (array.length === 0) return undefined;
  const elements = array.map((element) => lanesOf(element, naming, depth + 1) ?? ABSENT);
  hash.reset(ARRAY);
  for (const [first, second] of elements) hash.word(first).word(second);
  return hash.word(array.length).lanes();
}

/** Members are summed, so that their order doesn't matter. */
function lanesOfObject(object: object, naming: Naming, depth: number): Lanes | undefined {
  let members = 0;
  let firstSum = 0;
  let secondSum = 0;
  for (const [given, value] of Object.entries(object) as [string, unknown][]) {
    const name = naming === 'fields' ? camelCase(given) : given;
    const below = naming === 'fields' ? (NAMING_BELOW[name] ?? 'fields') : naming === 'names' ? 'fields' : 'free';
    const lanes = lanesOf(naming === 'fields' && name === 'parts' ? asList(value) : value, below, depth + 1);
    if (lanes === undefined) continue;
    const [first, second] = hash.reset(MEMBER).text(name).word(lanes[0]).word(lanes[1]).lanes();
    firstSum = (firstSum + first) | 0;
    secondSum = (secondSum + second) | 0;
    members += 1;
  }
  return members === 0 ? undefined : hash.reset(OBJECT).word(firstSum).word(secondSum).word(members).lanes();
}

function asList(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value;
}
