import { isCancellation } from '@temporalio/workflow';
import type { AcceptedRun, SettledPart } from '../activities/contract';
import type { RunState } from './run-state';
import { inParallel, step } from './steps';

/** Ranges of results that are handed out at a time; the handler's own concurrency bounds each worker. */
const RANGES_AT_A_TIME = 50;

/** Runs the caller's handler over the results of a part; a stop of the run ends it at the next checkpoint. */
export async function processPart(
  run: RunState,
  accepted: AcceptedRun,
  handler: NonNullable<AcceptedRun['handler']>,
  settled: SettledPart,
): Promise<void> {
  const { settledUri } = settled;
  if (settledUri === null) return;
  run.enter('processing');
  try {
    await run.interruptible(() =>
      inParallel(settled.processRanges, RANGES_AT_A_TIME, async (range) => {
        const done = await step(
          run,
          'vertexBatchProcessRange',
          { run: accepted.run, settledUri, range, handler: { name: handler.name, version: handler.version } },
          { summary: `${handler.name}: range ${range + 1} of ${settled.processRanges}`, taskQueue: handler.taskQueue },
        );
        run.processed += done.processed;
        run.rejected += done.rejected;
      }),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}
