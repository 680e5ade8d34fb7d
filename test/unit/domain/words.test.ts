import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count } from '../../../src/domain/count-text';
import { cutText } from '../../../src/domain/cut-text';
import { didYouMean, nearestName } from '../../../src/domain/nearest-name';
import { defaultRunDeadlineMs } from '../../../src/domain/run-deadline';

describe('count', () => {
  it('puts commas between thousands, as English does', () => {
    expect([0, 7, 999, 1_000, 30_000, 1_234_567].map(count)).toEqual(['0', '7', '999', '1,000', '30,000', '1,234,567']);
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(count(value)).toBe(value.toLocaleString('en-US'));
      }),
    );
  });
});

describe('cutText', () => {
  it('leaves a text that fits, and halves no character of another', () => {
    expect(cutText('abc', 3)).toBe('abc');
    expect(cutText('abcd', 3)).toBe('ab…');
    expect(cutText('a😀b', 3)).toBe('a…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, length) => {
        const cut = cutText(text, length);
        expect(cut.length).toBeLessThanOrEqual(length);
        expect(cut).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
      }),
    );
  });
});

describe('nearestName', () => {
  const KNOWN = ['project', 'location', 'model', 'input', 'keyField', 'run'];

  it.each([
    ['modle', 'model'],
    ['keyfield', 'keyField'],
    ['key_field', 'keyField'],
    ['proyect', 'project'],
    ['locatoin', 'location'],
    ['temperature', undefined],
    ['', undefined],
  ])('of %s is %s', (name, nearest) => {
    expect(nearestName(name, KNOWN)).toBe(nearest);
  });

  it('is the name itself where it is known', () => {
    for (const name of KNOWN) expect(nearestName(name, KNOWN)).toBe(name);
  });

  it('is asked for in a sentence', () => {
    expect(didYouMean('modle', KNOWN)).toBe(', did you mean "model"?');
    expect(didYouMean('temperature', KNOWN)).toBe('');
  });
});

describe('defaultRunDeadlineMs', () => {
  const HOUR = 3_600_000;
  const bounds = { queuedMs: 73 * HOUR, runningMs: 25 * HOUR, rounds: 1, parts: 1, concurrentJobs: 4 };

  it.each([
    [{}, 2 * 98 + 48],
    [{ rounds: 0 }, 98 + 48],
    [{ parts: 4 }, 2 * 98 + 48],
    [{ parts: 5 }, 4 * 98 + 48],
    [{ rounds: 5, parts: 9 }, 60 * 24],
  ])('for %j is %i hours', (changed, hours) => {
    expect(defaultRunDeadlineMs({ ...bounds, ...changed })).toBe(hours * HOUR);
  });
});
