import { isObject } from '../known-fields';
import { invalidValue, unfit } from './refusal';
import type { Refusal } from './refusal';

/** Why a value isn't taken, or `undefined`. */
export type ValueCheck = (value: unknown) => Refusal | undefined;

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const DURATION = /^-?\d{1,12}(\.\d{1,9})?s$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const MAX_INT32 = 2 ** 31 - 1;
/** Of the doubles the nearest: one too many, rather than one too few. */
const MAX_INT64 = 2 ** 63;
const MAX_FLOAT = 3.4028235e38;
const NOT_FINITE = new Set<unknown>(['NaN', 'Infinity', '-Infinity']);

/** The scalar types as protobuf's JSON mapping takes them. */
export const SCALARS: Readonly<Record<string, ValueCheck>> = {
  string: taking('TYPE_STRING', (value) => typeof value === 'string'),
  bool: taking('TYPE_BOOL', (value) => typeof value === 'boolean'),
  int32: taking('TYPE_INT32', (value) => isWhole(value, MAX_INT32)),
  int64: taking('TYPE_INT64', (value) => isWhole(value, MAX_INT64)),
  float: taking('TYPE_FLOAT', (value) => isBroken(value, MAX_FLOAT)),
  double: taking('TYPE_DOUBLE', (value) => isBroken(value, Number.MAX_VALUE)),
  bytes: taking('TYPE_BYTES', isBase64),
  duration: taking('type.googleapis.com/google.protobuf.Duration', isDuration),
  struct: taking('type.googleapis.com/google.protobuf.Struct', isObject),
  any: () => undefined,
};

/** A value's name or its number. */
export function enumCheck(type: string, values: ReadonlyMap<string, number>): ValueCheck {
  const numbers = new Set<unknown>(values.values());
  const isValue = (value: unknown) => (typeof value === 'string' ? values.has(value) : numbers.has(value));
  return taking(`type.googleapis.com/google.cloud.aiplatform.v1.${type}`, isValue);
}

/** Bounds of a number or of how many elements a list has. */
export interface Bounds {
  readonly lowest: number;
  readonly highest: number;
  readonly lowestExcluded: boolean;
  readonly highestExcluded: boolean;
}

export function isWithin(value: number, bounds: Bounds): boolean {
  if (Number.isNaN(value) || value < bounds.lowest || value > bounds.highest) return false;
  return !(bounds.lowestExcluded && value === bounds.lowest) && !(bounds.highestExcluded && value === bounds.highest);
}

export function boundsInWords(bounds: Bounds): string {
  const lowest = `${bounds.lowestExcluded ? 'above' : 'at least'} ${bounds.lowest}`;
  const highest = `${bounds.highestExcluded ? 'below' : 'at most'} ${bounds.highest}`;
  return bounds.lowest === Number.NEGATIVE_INFINITY ? highest : `${lowest} and ${highest}`;
}

export function boundedCheck(check: ValueCheck, bounds: Bounds): ValueCheck {
  const refusal = (value: unknown) => unfit(`{} must be ${boundsInWords(bounds)}, got ${String(value)}`);
  return (value) => check(value) ?? (isWithin(Number(value), bounds) ? undefined : refusal(value));
}

function taking(type: string, isValue: (value: unknown) => boolean): ValueCheck {
  return (value) => (isValue(value) ? undefined : invalidValue(type, value));
}

function isWhole(value: unknown, highest: number): boolean {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= -highest - 1 && number <= highest;
}

function isBroken(value: unknown, limit: number): boolean {
  if (NOT_FINITE.has(value)) return true;
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= limit;
}

/** Either alphabet, padded or not. */
function isBase64(value: unknown): boolean {
  if (typeof value !== 'string' || !BASE64.test(value)) return false;
  const padding = value.endsWith('==') ? 2 : Number(value.endsWith('='));
  return padding === 0 ? value.length % 4 !== 1 : value.length % 4 === 0;
}

function isDuration(value: unknown): boolean {
  return typeof value === 'string' && DURATION.test(value) && Math.abs(Number.parseFloat(value)) <= 315_576_000_000;
}
