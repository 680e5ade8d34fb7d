import { isCancellation } from '@temporalio/workflow';
import type { AcceptedRun, SettledPart } from '../activities/contract';
import type { RunState } from './run-state';
import { rangesAtATime } from '../domain/range-share';
import { inParallel, step } from './steps';

/** Runs the caller's handler over the results of a part; a stop of the run ends it at the next checkpoint. */
export async function processPart(
  run: RunState,
  accepted: AcceptedRun,
  handler: NonNullable<AcceptedRun['handler']>,
  part: number,
  settled: SettledPart,
): Promise<void> {
  const { settledUri } = settled;
  if (settledUri === null) return;
  run.enterPart(part, 'processing');
  try {
    await run.interruptible(() =>
      inParallel(settled.processRanges, rangesAtATime(1), async (range) => {
        const done = await step(
          run,
          'vertexBatchProcessRange',
          { run: accepted.run, settledUri, range, handler: { name: handler.name, version: handler.version } },
          {
            summary: `${handler.name}: ${run.parts.count > 1 ? `part ${part}, ` : ''}range ${range + 1} of ${settled.processRanges}`,
            taskQueue: handler.taskQueue,
          },
        );
        run.processed += done.processed;
        run.rejected += done.rejected;
      }),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}
