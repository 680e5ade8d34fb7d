import type { FieldSpec, NumberKind, NumberRange, ValueSpec } from '../../schemas/message-spec';
import { BASE64_STUB, TEXT_STUB } from '../skim/scanner';

/** `any`: every text will do. `learned`: one that was found sound before. */
export type TextCheck = 'any' | 'learned' | ((text: string) => boolean);

/** Which texts, or stubs of long ones, are surely right in a field. */
export function textCheckOf({ value, required }: FieldSpec): TextCheck {
  switch (value.kind) {
    case 'any':
    case 'struct':
    case 'message':
    case 'map':
      return 'any';
    case 'bytes':
      return (text) => text === BASE64_STUB || isShortBase64(text);
    case 'string':
      if (value.check === 'uri') return isShortUri;
      if (value.check === 'label') return isPlainLabel;
      if (value.check !== undefined) return 'learned';
      return required === true ? (text) => text !== '' : 'any';
    default:
      return 'learned';
  }
}

function isShortBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function isShortUri(text: string): boolean {
  return text !== TEXT_STUB && /^(gs|https):\/\/[a-z0-9]/.test(text);
}

function isPlainLabel(text: string): boolean {
  return /^[a-z0-9_-]{0,63}$/.test(text);
}

/** Which numbers are surely right in a field. */
export function numberCheckOf(value: ValueSpec): (number: number) => boolean {
  switch (value.kind) {
    case 'int32':
    case 'int64':
    case 'float':
    case 'double': {
      const { range, kind } = value;
      return (number) => isOfKind(kind, number) && (range === undefined || isWithin(range, number));
    }
    case 'any':
    case 'struct':
    case 'message':
    case 'map':
      return Number.isFinite;
    default:
      return () => false;
  }
}

const LARGEST_FLOAT = 3.4e38;

function isOfKind(kind: NumberKind, number: number): boolean {
  if (kind === 'int32') return (number | 0) === number;
  if (kind === 'int64') return Number.isSafeInteger(number);
  return Math.abs(number) <= LARGEST_FLOAT;
}

function isWithin(
  { from = -Infinity, fromExclusive, to = Infinity, toExclusive }: NumberRange,
  number: number,
): boolean {
  return (
    (fromExclusive === true ? number > from : number >= from) && (toExclusive === true ? number < to : number <= to)
  );
}
