import { describe, expect, test } from 'vitest';
import { DEFAULT_VALIDATION } from '../../../src/domain/accepted-validation';
import { forTable } from '../../../src/domain/table-validation';
import { mutatedLines } from '../../support/mutated-rows';
import { verdictOf } from '../../support/thorough-lines';

const LINE_FEED = Buffer.from('\n');

function fileOf(lines: readonly Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line, LINE_FEED]));
}

describe('skimming gives the verdict of reading every row in full', () => {
  const batches = Array.from({ length: 21 }, (_, batch) => batch);
  test.each(batches)(
    'on 10,000 rows of which 19 in 20 were changed somewhere, batch %i',
    { timeout: 60_000 },
    (batch) => {
      const lines = fileOf(mutatedLines(1 + batch, 10_000));
      expect(verdictOf(lines, false)).toEqual(verdictOf(lines, true));
    },
  );

  test('as rows of a table', { timeout: 60_000 }, () => {
    const options = { validation: forTable(DEFAULT_VALIDATION) };
    const lines = fileOf(mutatedLines(98, 5_000));
    expect(verdictOf(lines, false, options)).toEqual(verdictOf(lines, true, options));
  });

  test('with a key field that must be there, other rules and repairs', { timeout: 60_000 }, () => {
    const options = {
      keyField: 'key',
      validation: {
        rules: { 'unknown-field': 'off', 'import-name': 'warning', 'import-empty': 'off', range: 'error' },
        repair: ['spelling', 'empty-search', 'byte-order-mark', 'blank-lines'],
      },
    } as const;
    const lines = fileOf(mutatedLines(99, 5_000));
    expect(verdictOf(lines, false, options)).toEqual(verdictOf(lines, true, options));
  });

  test.each([3, 12, 40, 90])('when more keys come than are told apart: %i', { timeout: 60_000 }, (maxColumns) => {
    const lines = fileOf(mutatedLines(200 + maxColumns, 5_000));
    const options = { maxColumns, validation: { rules: { 'unknown-field': 'off', range: 'off' } } } as const;
    expect(verdictOf(lines, false, { maxColumns })).toEqual(verdictOf(lines, true, { maxColumns }));
    expect(verdictOf(lines, false, options)).toEqual(verdictOf(lines, true, options));
  });
});
