import { DEFAULT_VALIDATION, type AcceptedValidation } from '../../src/domain/accepted-validation';
import type { InputEstimate } from '../../src/domain/input-estimate';
import { DEFAULT_KEY_FIELDS, rowKeyOf } from '../../src/domain/validation-keys';
import { RangeValidator, type RangePlace } from '../../src/rows/range-validator';
import { Scanner } from '../../src/rows/skim/scanner';
import { LineSkimmer, type SkimmedLine } from '../../src/rows/skim/skimmed-lines';
import { takeLines } from './skimmed-lines';

/** Everything that a range's validation says of these lines. */
export interface Verdict {
  readonly problems: RangeValidator['problems'];
  readonly pieces: RangeValidator['pieces'];
  readonly shapes: ReturnType<RangeValidator['shapes']['toRecords']>;
  /** `sound` or `bad` and the place of each row, in order. */
  readonly rows: readonly string[];
  readonly keys: readonly unknown[];
  readonly tokens: InputEstimate;
}

interface VerdictOptions {
  readonly keyField?: string | null;
  readonly validation?: Partial<AcceptedValidation>;
  /** Keys that are told apart. */
  readonly maxColumns?: number;
}

// strings are really cut
const scanner = new Scanner(32);

/** Validates lines as a run does; with `thorough` each is read in full, as if nothing had ever been skimmed. */
export function verdictOf(lines: Buffer, thorough: boolean, options: VerdictOptions = {}): Verdict {
  const { keyField = null, validation, maxColumns } = options;
  const rows: string[] = [];
  const keys: unknown[] = [];
  const place = ({ number, byte, length }: RangePlace) => `${number} ${byte} ${length}`;
  const validator = new RangeValidator({
    keyFields: keyField === null ? DEFAULT_KEY_FIELDS : [keyField],
    keyField,
    validation: { ...DEFAULT_VALIDATION, ...validation },
    ...(maxColumns === undefined ? {} : { maxColumns }),
    sink: {
      sound: (at, others) => {
        rows.push(`sound ${place(at)}`);
        keys.push(rowKeyOf(others['key'])?.text);
      },
      bad: (at, { rule }) => void rows.push(`bad ${place(at)} ${rule}`),
    },
  });
  validator.beginPiece(0, lines.length);
  scanner.forgetTemplates();
  const take = (line: SkimmedLine) => validator.add(thorough ? unskimmed(line) : line);
  takeLines(new LineSkimmer(scanner), [lines], take);
  const { problems, pieces, shapes, tokens } = validator;
  return { problems, pieces, shapes: shapes.toRecords(), rows, keys, tokens: tokens.estimate };
}

function unskimmed(line: SkimmedLine): SkimmedLine {
  const { number, byte, length, hasCarriageReturn, isEnded } = line;
  return { number, byte, length, hasCarriageReturn, isEnded, skimmed: () => undefined, content: () => line.content() };
}
