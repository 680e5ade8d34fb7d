import type { Attempt } from '../activities/attempt';
import type { Sources } from '../rows/sources';
import type { RunReference } from '../domain/accepted-request';
import { FOREIGN_VALIDATION } from '../domain/foreign-validation';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, findRecord } from '../rows/commits';
import { writeForeignPlan } from '../rows/foreign-plan';
import { inParallel } from '../rows/in-parallel';
import { mergeValidation } from '../rows/merged-validation';
import { type Plan, planUri } from '../rows/plan';
import { validationDirectory } from '../rows/validated-range';
import { workDirectory } from '../rows/work-directory';
import type { RangeThreads } from './range-threads';

/** Of each thread: one reads while the other waits, and each holds a scanner and chunks. */
const RANGES_AT_A_TIME = 2;

export interface InputToPlan {
  readonly run: RunReference;
  readonly sources: Sources;
  readonly keyField: string | null;
}

/** Notes which rows there are, once: what the outputs are joined with. */
export async function planInput(
  { store, threads }: { readonly store: ObjectStore; readonly threads: RangeThreads },
  { run, sources, keyField }: InputToPlan,
  { signal }: Pick<Attempt, 'signal'>,
): Promise<Plan> {
  const standing = await findRecord<Plan>(store, planUri(run), { signal });
  if (standing !== undefined) return standing;
  const sourcesUri = `${workDirectory(run)}sources.json`;
  await commitOnce(store, sourcesUri, sources, { signal });
  await inParallel(sources.ranges.length, RANGES_AT_A_TIME * threads.size, (range) =>
    threads.perform({
      kind: 'validate',
      input: { run, sourcesUri, range, keyField, validation: FOREIGN_VALIDATION },
    }),
  );
  const directory = validationDirectory(run, sourcesUri, keyField, FOREIGN_VALIDATION);
  const merged = await mergeValidation(store, sources, directory, { signal });
  return await writeForeignPlan(store, { run, merged, keyField }, { signal });
}
