import { describe, expect, it } from 'vitest';
import { noColors as colors } from '../../../../src/cli/colors';
import { ruleCountsText } from '../../../../src/cli/text/rule-counts-text';
import { validationProgressText } from '../../../../src/cli/text/validation-progress';
import { repairsText, sumsText, validText } from '../../../../src/cli/validation/show-report';
import type { ValidationReport } from '../../../../src/input/report';

describe('the counts by rule', () => {
  it('have errors first, the most frequent first, and say what the service fails', () => {
    const text = ruleCountsText(
      {
        uri: { errors: 0, warnings: 12 },
        role: { errors: 2, warnings: 0 },
        'import-type': { errors: 1_204, warnings: 0 },
        'key-repeated': { errors: 2, warnings: 0 },
        'import-spelling': { errors: 0, warnings: 1 },
        range: { errors: 1, warnings: 3 },
      },
      { columns: 100, colors },
    );
    expect(`\n${text.join('\n')}`).toBe(`
1,204 errors         import-type      fails the job     docs/validation.md#import-type
2 errors             key-repeated     the run needs it  docs/validation.md#key-repeated
2 errors             role             fails the row     docs/validation.md#role
1 error, 3 warnings  range            fails the row     docs/validation.md#range
12 warnings          uri              may fail the row  docs/validation.md#uri
1 warning            import-spelling  may fail the job  docs/validation.md#import-spelling`);
  });

  it('say of a warning that only costs a copy what it costs', () => {
    const text = ruleCountsText({ 'key-numeric': { errors: 0, warnings: 1 } }, { columns: 60, colors });
    expect(text).toEqual(['1 warning  key-numeric  makes a run send a copy']);
  });

  it('say of bounds of our own that what is beyond isn’t read', () => {
    const text = ruleCountsText({ 'too-many-names': { errors: 1, warnings: 0 } }, { columns: 60, colors });
    expect(text).toEqual(["1 error  too-many-names  isn't read"]);
  });

  it('leave out where to read on in a narrow terminal', () => {
    expect(ruleCountsText({ 'key-repeated': { errors: 2, warnings: 0 } }, { columns: 60, colors })).toEqual([
      '2 errors  key-repeated  the run needs it',
    ]);
  });

  it('are nothing where nothing is broken', () => {
    expect(ruleCountsText({}, { columns: 100, colors })).toEqual([]);
  });
});

describe('the live line of validation', () => {
  const progress = { bytes: 73_000_000, of: 177_000_000, rows: 12_300, errors: 2 };

  it('tells bytes, share, speed, rows and errors so far', () => {
    expect(validationProgressText(progress, { elapsedMs: 250, columns: 120, colors })).toBe(
      'validating  █████████░░░░░░░░░░░░░░░   41 %  73 MB of 177 MB · 292 MB/s · 12,300 rows · 2 errors',
    );
  });

  it('takes no speed from what had come before the time was taken', () => {
    const { bytes } = progress;
    const look = { elapsedMs: 100, columns: 120, colors };
    expect(validationProgressText(progress, { ...look, bytesBefore: bytes - 1_000_000 })).toContain('· 10 MB/s ·');
    expect(validationProgressText(progress, { ...look, bytesBefore: bytes })).not.toContain('/s');
  });

  it('leaves out what there is no room for', () => {
    expect(validationProgressText(progress, { elapsedMs: 250, columns: 60, colors })).toBe(
      'validating  ████░░░░░░░░   41 %  73 MB of 177 MB · 292 MB/s',
    );
  });

  it('makes up no counts before there are any', () => {
    const first = { bytes: 0, of: 177_000_000, rows: 0, errors: 0 };
    expect(validationProgressText(first, { elapsedMs: 0, columns: 120, colors })).toBe(
      'validating  ░░░░░░░░░░░░░░░░░░░░░░░░    0 %  0 bytes of 177 MB',
    );
  });
});

describe('the sums', () => {
  const report: ValidationReport = {
    valid: true,
    rows: 30_000,
    bytes: 177_000_000,
    files: [],
    errors: 3,
    warnings: 1,
    rules: {},
    quarantined: 2,
    repaired: {},
    problems: [],
    refusal: null,
  };

  it('tell what is mended, and in how many rows', () => {
    expect(repairsText({ repaired: { 'blank-lines': 1, spelling: 1_204 } })).toEqual([
      '1 row       blank-lines  mended in the copy that a run sends',
      '1,204 rows  spelling     mended in the copy that a run sends',
    ]);
    expect(repairsText(report)).toEqual([]);
  });

  it('count rows, errors and warnings, and rows that are taken out', () => {
    expect(sumsText({ ...report, valid: false })).toBe('30,000 rows, 3 errors, 1 warning. 2 rows can be taken out.');
    expect(validText(report)).toBe('30,000 rows · 177 MB · 3 errors · 1 warning · 2 rows taken out');
    expect(validText({ ...report, errors: 0, warnings: 0, quarantined: 0 })).toBe('30,000 rows · 177 MB · 0 errors');
  });
});
