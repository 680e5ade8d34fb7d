import type { BatchResult } from '../messages';
import type { KnownRun, RunState } from './run-state';
import { RunStopped } from './run-stopped';
import { step } from './steps';

/**
 * The result of a run whose rows are in the tables that its request names. Only what a run ends with for good is loaded: one that
 * fails may be started again, and gives more. A load that is refused makes it fail, so that starting it again loads.
 */
export async function loadTables(
  run: RunState,
  { run: reference, request }: KnownRun,
  result: BatchResult,
): Promise<BatchResult> {
  const { resultsTable, errorsTable, deadLettersTable, project = '' } = request ?? {};
  const tables = [
    ...(resultsTable === undefined ? [] : [{ purpose: 'results' as const, uri: resultsTable }]),
    ...(errorsTable === undefined ? [] : [{ purpose: 'errors' as const, uri: errorsTable }]),
    ...(deadLettersTable === undefined ? [] : [{ purpose: 'dead-letters' as const, uri: deadLettersTable }]),
  ];
  const { outcome, manifest: manifestUri } = result;
  const isForGood = outcome === 'succeeded' || outcome === 'partial';
  if (tables.length === 0 || manifestUri === null || !isForGood) return result;
  const summary = `Load into ${tables.map(({ uri }) => uri).join(' and ')}`.slice(0, 190);
  try {
    const loaded = await step(
      run,
      'vertexBatchLoadTables',
      { run: reference, project, manifestUri, tables },
      { summary },
    );
    return { ...result, loaded };
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error;
    return { ...result, outcome: 'failed', reason: error.reason };
  }
}
