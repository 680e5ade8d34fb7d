import * as fc from 'fast-check';
import type { AcceptedValidation } from '../../src/domain/accepted-validation';
import { FIXED_RULES, REPAIRS, VALIDATION_RULES, type ValidationRule } from '../../src/domain/validation-rules';
import { inputs, soundInputs } from './mutated-lines';

const LOOSE_RULES = (Object.keys(VALIDATION_RULES) as ValidationRule[]).filter((rule) => !FIXED_RULES.has(rule));

const loosened = fc.dictionary(
  fc.constantFrom(...LOOSE_RULES),
  fc.constantFrom('error' as const, 'warning' as const, 'off' as const),
  { maxKeys: 12 },
);

/** What rows break together or a job refuses, but no row alone: with these most inputs can be sent. */
const LENIENT = Object.fromEntries(
  LOOSE_RULES.filter((rule) => VALIDATION_RULES[rule].scope === 'input').map((rule) => [rule, 'warning' as const]),
);

/** The request's `validate`, complete. */
export const validations: fc.Arbitrary<AcceptedValidation> = fc.record({
  rules: fc.oneof(
    loosened,
    loosened.map((rules) => ({ ...rules, ...LENIENT })),
  ),
  onError: fc.constantFrom('fail', 'quarantine'),
  repair: fc.subarray([...REPAIRS]),
  maxProblems: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(10_000)),
});

/** The field that must identify rows; null where the caller names none. */
export const keyFields: fc.Arbitrary<string | null> = fc.constantFrom(null, null, 'key', 'id');

const MENDABLE = [
  '',
  ' \t',
  '\uFEFF{"key":"marked","request":{"contents":[{"parts":[{"text":"Hi"}]}]}}',
  '{"key":"searching","request":{"contents":[{"parts":[{"text":"Hi"}]}],"tools":[{"googleSearch":{}}]}}',
  '{"key":"snake","request":{"contents":[{"parts":[{"text":"Hi"}]}],"generation_config":{"top_p":1}}}',
].map((line) => [Buffer.from(line)]);

const ANOTHER_KIND_OF_FILE = ['[', '[{"key":"a"},', Buffer.from([0x1f, 0x8b, 8])].map((line) => Buffer.from(line));

/** Lines of a file: most of them sound, some with something odd, wrong or mendable; a few files are no JSONL. */
export const linesOfFile: fc.Arbitrary<Buffer[]> = fc
  .record({
    first: fc.oneof(
      { weight: 15, arbitrary: fc.constant([]) },
      fc.constantFrom(...ANOTHER_KIND_OF_FILE).map((line) => [line]),
    ),
    groups: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: soundInputs },
        { weight: 1, arbitrary: inputs },
        { weight: 2, arbitrary: fc.constantFrom(...MENDABLE) },
      ),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ first, groups }) => [...first, ...groups.flat()]);
