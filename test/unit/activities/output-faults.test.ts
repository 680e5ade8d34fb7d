import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { type Fault, failingStore } from '../../support/failing-store';
import { answered, blocked, refused } from '../../support/job-output';
import { linesOf, once, readLasting, readResults, settle, together, untilItWorks } from '../../support/output-side';
import { planPart, RUN } from '../../support/planned-part';

const rows = Array.from({ length: 6 }, (_, row) => ({ id: `k${row}`, request: { contents: [{ text: row }] } }));
const first = linesOf(
  answered({ id: 'k0' }, 'a'),
  answered({ id: 'k0' }, 'double'),
  refused({ id: 'k1' }, 429),
  blocked({ id: 'k2' }),
  answered({ id: 'k5' }, 'b'),
  answered({ id: 'stranger' }, 'c'),
);
const second = linesOf(answered({ id: 'k1' }, 'd'), refused({ id: 'k3' }, 400));
const rounds = [{ files: { 'predictions.jsonl': first } }, { files: { 'predictions.jsonl': second } }];
const minimumBytes = 400;

async function outcomeOf(run: typeof once, between: (store: ObjectStore) => ObjectStore = (store) => store) {
  const bucket = new MemoryObjectStore();
  const planUri = await planPart(bucket, rows);
  const settled = await settle(bucket, planUri, {
    rounds,
    minimumBytes,
    targetBytes: 300,
    run,
    through: between(bucket),
  });
  return {
    settled,
    results: await readResults(bucket),
    errors: await readLasting(bucket, `${RUN.directory}errors.jsonl`),
    deadLetters: await readLasting(bucket, `${RUN.directory}dead-letters.jsonl`),
  };
}

it('two attempts at a time leave what one leaves', async () => {
  expect(await outcomeOf(together)).toEqual(await outcomeOf(once));
});

it('calls that fail, and answers that are lost, leave what a quiet day leaves', async () => {
  const expected = await outcomeOf(once);
  expect(expected.settled.books).toEqual({ answered: 3, blocked: 1, failed: 1, missing: 1 });
  const faults = fc.array(fc.constantFrom<Fault>(undefined, undefined, undefined, 'before', 'after'), {
    maxLength: 200,
  });
  await fc.assert(
    fc.asyncProperty(faults, async (planned) => {
      const left = planned.values();
      const outcome = await outcomeOf(untilItWorks, (store) => failingStore(store, () => left.next().value));
      expect(outcome).toEqual(expected);
    }),
    { numRuns: 25 },
  );
}, 30_000);
