import { describe, expect, it } from 'vitest';
import { byClaims, byLabel, simulateLife, type Life, type Protocol } from '../../support/simulated-lives';

/** `LIVES=200000` simulates more of them; CONTRIBUTING says how. */
const LIVES = Number(process.env['LIVES'] ?? 5000);

async function lives(protocol: Protocol): Promise<readonly (Life & { readonly seed: number })[]> {
  const all: (Life & { readonly seed: number })[] = [];
  for (let seed = 1; seed <= LIVES; seed += 1) all.push({ seed, ...(await simulateLife(seed, protocol)) });
  return all;
}

describe('a run that is killed, reset, answered late or not at all, and started twice', { timeout: 600_000 }, () => {
  it('has one paid job, and one more at most for each claim that an operator gave up', async () => {
    const all = await lives(byClaims);
    expect(all.filter(({ paid, resubmits }) => paid > 1 + resubmits)).toEqual([]);
    // the lives are worth something: most end with a job, and many met a fault
    expect(all.filter(({ paid }) => paid > 0).length).toBeGreaterThan(LIVES / 2);
    expect(all.filter(({ hadFaults }) => hadFaults).length).toBeGreaterThan(LIVES / 3);
  });

  it('would pay twice if it looked by label and else created', async () => {
    const all = await lives(byLabel);
    expect(all.filter(({ paid }) => paid > 1).length).toBeGreaterThan(LIVES / 100);
  });
});
