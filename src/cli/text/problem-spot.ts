import type { RowProblem, ValidationRule } from '../../domain/validation-problem';
import { positionOf, type JsonPosition, type Span } from './json-position';
import { syntaxErrorAt } from './json-syntax';

/** Rules about what a member is called: its name is marked, not its value. */
const NAME_RULES: ReadonlySet<ValidationRule> = new Set<ValidationRule>([
  'unknown-field',
  'name-repeated',
  'spelled-twice',
  'reserved-field',
  'import-name',
  'import-name-case',
  'import-spelling',
]);

/** Of an object that lacks something, no more than this is marked whole. */
const MARKED_WHOLE = 60;

/** What of a line a problem is about; `undefined` where it is about the line as a whole. */
export function spotOf(
  { rule, path }: Pick<RowProblem, 'rule' | 'path'>,
  line: Buffer,
  text: string,
): Span | undefined {
  if (path !== '') {
    const position = positionOf(text, path);
    return position && markedOf(position, rule);
  }
  switch (rule) {
    case 'byte-order-mark':
      return [0, 1];
    case 'json-array':
      return spanAt(text.search(/\S/));
    case 'utf8':
      return spanAt(invalidUtf8At(line, text));
    case 'control-character':
    case 'truncated':
    case 'json':
      return spanAt(syntaxErrorAt(text));
    default:
      return undefined;
  }
}

function markedOf({ name, value, isParent }: JsonPosition, rule: ValidationRule): Span {
  if (isParent) return value[1] - value[0] > MARKED_WHOLE ? [value[0], value[0] + 1] : value;
  return NAME_RULES.has(rule) ? (name ?? value) : value;
}

function spanAt(offset: number | undefined): Span | undefined {
  return offset === undefined || offset < 0 ? undefined : [offset, offset + 1];
}

/** Where decoding replaced something that wasn't a replacement character itself. */
function invalidUtf8At(line: Buffer, text: string): number | undefined {
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at !== -1; at = text.indexOf('\ufffd', from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (line.readUIntBE(byte, Math.min(3, line.length - byte)) !== 0xefbfbd) return at;
    byte += 3;
    from = at + 1;
  }
  return undefined;
}
