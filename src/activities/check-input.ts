import { findChanges } from '../rows/input-changes';
import { readPlan } from '../rows/plan';
import type { Attempt, RowGateways } from './attempt';
import type { CheckedInput, CheckInputInput } from './contract';

/** Compares the input with the plan, by size and checksum. */
export async function checkInput(
  { store }: RowGateways,
  { planUri }: CheckInputInput,
  { signal }: Attempt,
): Promise<CheckedInput> {
  const { sources } = await readPlan(store, planUri, { signal });
  return { changed: await findChanges(store, sources, { signal }) };
}
