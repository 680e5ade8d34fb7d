import { findChanges } from '../rows/input-changes';
import { readPlan } from '../rows/plan';
import type { Attempt } from './attempt';
import type { CheckedInput, CheckInputInput } from './contract';
import type { TableGateways } from './copy-table';
import { findUnchanged } from './pinned-table';

/** Compares the input with the plan: files by size and checksum, a table that jobs read by its last change. */
export async function checkInput(
  { store, tables }: TableGateways,
  { planUri }: CheckInputInput,
  { signal }: Attempt,
): Promise<CheckedInput> {
  const { sources, table, keys } = await readPlan(store, planUri, { signal });
  const changed = await findChanges(store, sources, { signal });
  const isRead = table !== undefined && keys.mode === 'brought';
  return {
    changed: isRead && (await findUnchanged(tables, table, signal)) === undefined ? [...changed, table.uri] : changed,
  };
}
