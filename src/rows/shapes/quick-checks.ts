import type { FieldSpec, NumberKind, NumberRange, ValueSpec } from '../../schemas/message-spec';
import { BASE64_STUB } from '../skim/scanner';
import { ANY_TEXT_STUB, OBJECT_URI_STUB, WEB_URI_STUB } from '../skim/template-text';

/** Which texts are surely right in a field. `any`: every one. `learned`: one that was found sound before. */
export type TextCheck = 'any' | 'not-empty' | 'uri' | 'base64' | 'label' | 'learned';

export function textCheckOf({ value, required }: FieldSpec): TextCheck {
  switch (value.kind) {
    case 'any':
    case 'struct':
    case 'message':
    case 'map':
      return 'any';
    case 'bytes':
      return 'base64';
    case 'string':
      if (value.check === 'uri' || value.check === 'label') return value.check;
      if (value.check !== undefined) return 'learned';
      return required === true ? 'not-empty' : 'any';
    default:
      return 'learned';
  }
}

/**
 * Whether a text, or the stub of one, is surely right.
 * @param anyAddress whether an `https://` address is right for a URI, whatever it is
 */
export function isRightText(
  check: TextCheck,
  text: string,
  learned: ReadonlySet<string>,
  anyAddress: boolean,
): boolean {
  switch (check) {
    case 'any':
      return true;
    case 'not-empty':
      return text !== '' && text !== ANY_TEXT_STUB;
    case 'uri':
      return (
        text === OBJECT_URI_STUB || isObjectUri(text) || (anyAddress && (text === WEB_URI_STUB || isAddress(text)))
      );
    case 'base64':
      return text === BASE64_STUB || isShortBase64(text);
    case 'label':
      return isPlainLabel(text);
    default:
      return learned.has(text);
  }
}

function isShortBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function isObjectUri(text: string): boolean {
  return /^gs:\/\/[a-z0-9]/.test(text);
}

function isAddress(text: string): boolean {
  return /^https:\/\/[a-z0-9]/.test(text);
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
