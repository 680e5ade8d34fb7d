import { describe, expect, it } from 'vitest';
import { byClaims, byLabel, simulateEnding, simulateLife } from '../../support/simulated-lives';

/** `LIVES=200000` simulates more of them; CONTRIBUTING says how. */
const LIVES = Number(process.env['LIVES'] ?? 5000);

/** What came of each seed, so that a life that goes wrong can be lived again. */
async function lives<Outcome extends object>(simulate: (seed: number) => Promise<Outcome>) {
  const all: (Outcome & { readonly seed: number })[] = [];
  for (let seed = 1; seed <= LIVES; seed += 1) all.push({ seed, ...(await simulate(seed)) });
  return all;
}

describe('a run that is killed, reset, answered late or not at all, and started twice', { timeout: 600_000 }, () => {
  it('has one paid job, beside those of claims that an operator gave up, each of which has one at most', async () => {
    const all = await lives((seed) => simulateLife(seed, byClaims));
    expect(all.filter(({ unasked, mostOfOneClaim }) => unasked > 1 || mostOfOneClaim > 1)).toEqual([]);
    // the lives are worth something: most end with a job, many met a fault, and some operators were wrong
    expect(all.filter(({ paid }) => paid > 0).length).toBeGreaterThan(LIVES / 2);
    expect(all.filter(({ hadFaults }) => hadFaults).length).toBeGreaterThan(LIVES / 3);
    expect(all.filter(({ paid, unasked }) => paid > unasked).length).toBeGreaterThan(0);
  });

  it('comes to its job once all goes well again and an operator decides what is open, and pays for none that it has', async () => {
    const all = await lives(simulateEnding);
    expect(all.filter(({ ending }) => ending !== 'job')).toEqual([]);
    expect(all.filter(({ before, after }) => after.paid !== before.paid + (before.unasked === 0 ? 1 : 0))).toEqual([]);
    expect(all.filter(({ after }) => after.unasked !== 1)).toEqual([]);
  });

  it('would pay twice if it looked by label and else created', async () => {
    const all = await lives((seed) => simulateLife(seed, byLabel));
    expect(all.filter(({ paid }) => paid > 1).length).toBeGreaterThan(LIVES / 100);
  });
});
