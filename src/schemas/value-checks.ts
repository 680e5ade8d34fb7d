import type { EnumSpec, NumberKind, NumberRange, StringCheck } from './message-spec';

/** A number as protobuf's JSON takes it, also in a string; `undefined` when it isn't one of that kind. */
export function numberOf(value: unknown, kind: NumberKind): number | undefined {
  if (typeof value === 'string' && NOT_FINITE.test(value)) return isWhole(kind) ? undefined : Number(value);
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  if (kind === 'int64' && typeof value === 'string' && DIGITS.test(value) && !isInt64(BigInt(value))) return undefined;
  return typeof number === 'number' && LIMITS[kind](number) ? number : undefined;
}

const NUMBER = /^-?(0|[1-9]\d{0,400})(\.\d{1,400})?([eE][+-]?\d{1,5})?$/;
const DIGITS = /^-?\d+$/;
const NOT_FINITE = /^(NaN|-?Infinity)$/;

function isWhole(kind: NumberKind): boolean {
  return kind === 'int32' || kind === 'int64';
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

const LARGEST_FLOAT = 3.4028234663852886e38;

const LIMITS: Readonly<Record<NumberKind, (value: number) => boolean>> = {
  int32: (value) => Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31,
  // the largest of them, 2 ** 63 - 1, is no double: it is read as 2 ** 63
  int64: (value) => Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 63,
  float: (value) => Math.abs(value) <= LARGEST_FLOAT,
  double: (value) => Number.isFinite(value),
};

export function isInRange(value: number, { from, fromExclusive, to, toExclusive }: NumberRange): boolean {
  if (Number.isNaN(value)) return false;
  const isBelow = from !== undefined && (fromExclusive === true ? value <= from : value < from);
  const isAbove = to !== undefined && (toExclusive === true ? value >= to : value > to);
  return !isBelow && !isAbove;
}

export function isEnumValue(value: unknown, { values, numbers, anyCase }: EnumSpec): boolean {
  if (typeof value === 'number') return numbers.has(value);
  return typeof value === 'string' && values.has(anyCase === true && value.length < 100 ? value.toUpperCase() : value);
}

/** Either alphabet, with or without padding. */
export function isBase64(text: string): boolean {
  const padding = paddingOf(text);
  const digits = text.length - padding;
  if (digits % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return false;
  const stranger = text.search(/[^A-Za-z0-9+/_-]/);
  return stranger === -1 || stranger === digits;
}

/** How many bytes base64 stands for. */
export function decodedBytes(base64: string): number {
  return Math.floor(((base64.length - paddingOf(base64)) * 3) / 4);
}

function paddingOf(base64: string): number {
  return base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
}

export function isDuration(value: unknown): boolean {
  return typeof value === 'string' && /^-?\d{1,12}(\.\d{1,9})?s$/.test(value);
}

export function isLabelKey(key: string): boolean {
  return /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key);
}

/** What the documentation lists for input. */
const MIME_TYPES = new Set([
  'application/pdf',
  'audio/mpeg',
  'audio/mp3',
  'audio/wav',
  'image/png',
  'image/jpeg',
  'image/webp',
  'text/plain',
  'video/mov',
  'video/mpeg',
  'video/mp4',
  'video/mpg',
  'video/avi',
  'video/wmv',
  'video/mpegps',
  'video/flv',
]);

const CHECKS: Readonly<Record<StringCheck, (value: string) => boolean>> = {
  role: (role) => role === 'user' || role === 'model',
  'function-name': (name) => /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(name),
  'mime-type': (type) => MIME_TYPES.has(type),
  uri: (uri) => /^(gs|https?):\/\//.test(uri),
  label: (value) => /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value),
  'image-size': (size) => !/^(?:[2-9]|\d{2,})K$/i.test(size),
};

/** What the service fetches for a row of a table, as Google's notebook has it. */
export function isStoredOrOnYouTube(uri: string): boolean {
  return /^(gs:\/\/|https?:\/\/((www|m)\.)?(youtube\.com|youtu\.be)\/)/.test(uri);
}

export function passes(check: StringCheck, value: string): boolean {
  return CHECKS[check](value);
}
