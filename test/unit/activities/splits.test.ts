import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FileRange } from '../../../src/rows/sources';
import { stagePart } from '../../../src/activities/stage-part';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { readWhole } from '../../../src/rows/commits';
import { planUri, readPlan, type PlanPart } from '../../../src/rows/plan';
import { readQuarantinedRows } from '../../../src/rows/quarantine';
import { keyFields, linesOfFile, validations } from '../../support/arbitrary-validation';
import { anAttempt, aRun, planInput, type PlanInput, rowsOf } from '../../support/input-side';
import { cut, type MemoryFile, memoryFileOf } from '../../support/memory-files';

const run = aRun();

/** Everything that a run does with its input before it spends anything, and would send. */
async function plannedFrom(files: readonly MemoryFile[], input: PlanInput) {
  const store = new MemoryObjectStore();
  for (const { uri, content } of files) await store.write(uri, content);
  const { planned } = await planInput(store, { ...input, run });
  const { plan: named, validationUri, ...told } = planned;
  const problems = validationUri === null ? [] : await rowsOf(store, validationUri);
  if (named === null) return { ...told, problems };
  const { keys, parts, repaired, estimate, digest } = await readPlan(store, planUri(run));
  const plan = { keys, repaired, estimate, digest };
  return { ...told, problems, plan, parts: await Promise.all(parts.map((part) => sentBy(store, part))) };
}

async function sentBy(store: ObjectStore, { part, rows, asItLies, quarantine }: PlanPart) {
  const { uris } = await stagePart(
    { store },
    { run, planUri: planUri(run), part, round: 1, rowsUri: null },
    anAttempt(),
  );
  return {
    rows,
    asItLies,
    sent: String(await readWhole(store, uris[0]!)),
    takenOut: [...(await readQuarantinedRows(store, quarantine))],
    errors: quarantine === null ? [] : await rowsOf(store, quarantine.errors.uri),
  };
}

const inputs = fc.record({
  files: fc.array(linesOfFile, { minLength: 1, maxLength: 2 }),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  last: fc.constantFrom('', '\n'),
});

const settings: fc.Arbitrary<PlanInput> = fc.record({
  keyField: keyFields,
  validation: validations,
  jobLimits: fc.constantFrom(...[3, 200_000].map((rows) => ({ rows, bytes: 1e9, copiedBytes: 1e9 }))),
});

describe('an input cut into any ranges', () => {
  test('gives the report, the plan and the copies of the whole under any settings', async () => {
    const points = fc.array(fc.nat(100_000), { maxLength: 6 });
    let plans = 0;
    await fc.assert(
      fc.asyncProperty(inputs, settings, points, async ({ files: lines, lineEnd, last }, given, places) => {
        const files = lines.map((texts, n) => memoryFileOf(`gs://acme/in/${n}.jsonl`, texts, lineEnd, last));
        fc.pre(files.some(({ size }) => size > 0));
        const cutAt = (at: readonly number[]) => (found: readonly { readonly uri: string }[]) =>
          found.flatMap(({ uri }, ordinal): FileRange[] =>
            cut(
              files.find((file) => file.uri === uri)!,
              ordinal,
              at,
            ),
          );
        const whole = await plannedFrom(files, { ...given, cut: cutAt([]) });
        expect(await plannedFrom(files, { ...given, cut: cutAt(places) })).toEqual(whole);
        if ('plan' in whole) plans += 1;
      }),
      { numRuns: 100 },
    );
    expect(plans).toBeGreaterThan(20);
  }, 120_000);
});
