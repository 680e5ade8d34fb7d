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
  return hashOfLanes(lanesOf(request, 'fields', 0) ?? ABSENT);
}

/** What stands in the places of a request that its template leaves open. */
export interface LeftOut {
  /** The hash of each text, its two lanes after each other. */
  readonly textHashes: Uint32Array;
  readonly numbers: Float64Array;
}

/** How strings begin that stand for a text and for a number; its ordinal follows. No string of a request begins so. */
export interface Stubs {
  readonly text: string;
  readonly number: string;
}

/** The {@link requestHash} of requests of which only their template and what that leaves out are known. */
export function templateHash(template: unknown, stubs: Stubs): (leftOut: LeftOut) => bigint {
  const lanes = hasherOf(template, { naming: 'fields', stubs, depth: 0 });
  return (leftOut) => hashOfLanes(typeof lanes === 'function' ? lanes(leftOut) : (lanes ?? ABSENT));
}

function hashOfLanes([first, second]: Lanes): bigint {
  return (BigInt(first) << 32n) | BigInt(second);
}

/** `undefined` for null and whatever is empty. */
function lanesOf(value: unknown, naming: Naming, depth: number): Lanes | undefined {
  switch (typeof value) {
    case 'string':
      return hash.reset(STRING).longText(value).lanes();
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

function lanesOfNumber(value: number): Lanes {
  number[0] = value + 0;
  return hash
    .reset(NUMBER)
    .word(numberWords[0] ?? 0)
    .word(numberWords[1] ?? 0)
    .lanes();
}

function lanesOfArray(array: readonly unknown[], naming: Naming, depth: number): Lanes | undefined {
  return array.length === 0 ? undefined : lanesOfList(array.map((element) => lanesOf(element, naming, depth + 1)));
}

function lanesOfList(elements: readonly (Lanes | undefined)[]): Lanes {
  hash.reset(ARRAY);
  for (const [first, second] of elements.map((lanes) => lanes ?? ABSENT)) hash.word(first).word(second);
  return hash.word(elements.length).lanes();
}

function lanesOfObject(object: object, naming: Naming, depth: number): Lanes | undefined {
  const sum = new MemberSum();
  for (const member of Object.entries(object)) {
    const { name, value, below } = memberOf(member, naming);
    const lanes = lanesOf(value, below, depth + 1);
    if (lanes !== undefined) sum.add(name, lanes);
  }
  return sum.lanes();
}

/** Members are summed, so that their order doesn't matter. */
class MemberSum {
  #members = 0;
  #first = 0;
  #second = 0;

  add(name: string, lanes: Lanes): void {
    const [first, second] = hash.reset(MEMBER).text(name).word(lanes[0]).word(lanes[1]).lanes();
    this.#first = (this.#first + first) | 0;
    this.#second = (this.#second + second) | 0;
    this.#members += 1;
  }

  copy(): MemberSum {
    const copy = new MemberSum();
    copy.#members = this.#members;
    copy.#first = this.#first;
    copy.#second = this.#second;
    return copy;
  }

  /** `undefined` where there are none. */
  lanes(): Lanes | undefined {
    return this.#members === 0
      ? undefined
      : hash.reset(OBJECT).word(this.#first).word(this.#second).word(this.#members).lanes();
  }
}

/** What a member is called, whatever its spelling, and how those below it are. */
function memberOf([given, value]: readonly [string, unknown], naming: Naming) {
  const name = naming === 'fields' ? camelCase(given) : given;
  const below = naming === 'fields' ? (NAMING_BELOW[name] ?? 'fields') : naming === 'names' ? 'fields' : 'free';
  return { name, value: naming === 'fields' && name === 'parts' ? asList(value) : value, below } as const;
}

/** Lanes that are the same in all requests of a template, or how to get them from what it leaves out. */
type Hasher = Lanes | undefined | ((leftOut: LeftOut) => Lanes);

interface Place {
  readonly naming: Naming;
  readonly stubs: Stubs;
  readonly depth: number;
}

function hasherOf(value: unknown, place: Place): Hasher {
  if (typeof value === 'string') return hasherOfStub(value, place.stubs) ?? lanesOf(value, place.naming, place.depth);
  if (typeof value !== 'object' || value === null || place.depth > MAX_DEPTH) {
    return lanesOf(value, place.naming, place.depth);
  }
  return Array.isArray(value) ? hasherOfArray(value, place) : hasherOfObject(value, place);
}

function hasherOfStub(value: string, stubs: Stubs): Hasher {
  if (value.startsWith(stubs.text)) {
    const at = 2 * Number(value.slice(stubs.text.length));
    return ({ textHashes }) => [textHashes[at] ?? 0, textHashes[at + 1] ?? 0];
  }
  if (!value.startsWith(stubs.number)) return undefined;
  const at = Number(value.slice(stubs.number.length));
  return ({ numbers }) => lanesOfNumber(numbers[at] ?? 0);
}

function hasherOfArray(array: readonly unknown[], place: Place): Hasher {
  if (array.length === 0) return undefined;
  const hashers = array.map((element) => hasherOf(element, { ...place, depth: place.depth + 1 }));
  const lanes = (leftOut: LeftOut) =>
    lanesOfList(hashers.map((hasher) => (typeof hasher === 'function' ? hasher(leftOut) : hasher)));
  return hashers.some((hasher) => typeof hasher === 'function') ? lanes : lanes(NOTHING);
}

function hasherOfObject(object: object, { naming, stubs, depth }: Place): Hasher {
  const same = new MemberSum();
  const others: [name: string, hasher: (leftOut: LeftOut) => Lanes][] = [];
  for (const member of Object.entries(object)) {
    const { name, value, below } = memberOf(member, naming);
    const hasher = hasherOf(value, { naming: below, stubs, depth: depth + 1 });
    if (typeof hasher === 'function') others.push([name, hasher]);
    else if (hasher !== undefined) same.add(name, hasher);
  }
  if (others.length === 0) return same.lanes();
  return (leftOut) => {
    const sum = same.copy();
    for (const [name, hasher] of others) sum.add(name, hasher(leftOut));
    return sum.lanes() ?? ABSENT;
  };
}

const NOTHING: LeftOut = { textHashes: new Uint32Array(0), numbers: new Float64Array(0) };

function asList(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value;
}
