import { afterAll, describe, expect, it } from 'vitest';
import { heldAfterRuns } from '../../../bench/leaks/held-after-runs';
import { WORKFLOWS_PATH } from '../../support/batch-world';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

/** `npm run bench leaks` does 500, and looks at memory too. */
const RUNS = [20, 60];
/** What leaks in every run, or in one of ten, is more by then. */
const BY_CHANCE = 2;

describe('a worker that has done many runs', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it(
    'holds no more sockets, timers, files and threads than after some, but for a few',
    { timeout: 240_000 },
    async () => {
      const [before, after] = await heldAfterRuns(await testEnvironment(), RUNS, () => {});
      const kinds = ['handles', 'sockets', 'timers', 'files', 'threads'] as const;
      const grown = kinds.filter((kind) => after![kind] > before![kind] + BY_CHANCE);
      expect(grown.map((kind) => `${kind}: ${before![kind]}, then ${after![kind]}`)).toEqual([]);
      expect(after!.sockets).toBeGreaterThan(0);
    },
  );
});
