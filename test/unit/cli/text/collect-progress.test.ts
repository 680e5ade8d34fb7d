import { describe, expect, it } from 'vitest';
import { noColors as colors } from '../../../../src/cli/colors';
import { collectProgressText } from '../../../../src/cli/text/collect-progress';
import type { CollectProgress } from '../../../../src/collect/collect-outputs';

const LOOK = { elapsedMs: 250, columns: 120, colors };

describe('the live line of collect', () => {
  it.each<readonly [CollectProgress, string]>([
    [
      { phase: 'collecting', unit: 'bytes', done: 73_000_000, of: 177_000_000 },
      'collecting  █████████░░░░░░░░░░░░░░░   41 %  73 MB of 177 MB · 292 MB/s',
    ],
    [
      { phase: 'reading tables', unit: 'rows', done: 82_000, of: 200_000 },
      'reading tables  █████████░░░░░░░░░░░░░░░   41 %  82,000 of 200,000 rows · 328,000 rows/s',
    ],
    // rows that had to be read again
    [
      { phase: 'reading tables', unit: 'rows', done: 250_000, of: 200_000 },
      'reading tables  ████████████████████████  100 %  200,000 of 200,000 rows · 800,000 rows/s',
    ],
    [{ phase: 'settling', unit: 'bytes', done: 0, of: 0 }, 'settling'],
  ])('of %o', (progress, text) => {
    expect(collectProgressText(progress, LOOK)).toBe(text);
  });
});
