import { isCancellation } from '@temporalio/workflow';
import type { ProcessedRange, ProcessRangeInput } from '../activities/contract';
import { HandlerQueue } from './handler-queue';
import type { KnownRun, RunState } from './run-state';
import { rangesAtATime } from '../domain/range-share';
import { inParallel } from './steps';

const NOTHING: ProcessedRange = { processed: 0, rejected: 0 };

/** Results that are cut into ranges. */
interface CutResults extends Pick<ProcessRangeInput, 'passOf'> {
  /** null where there are none. */
  readonly settledUri: string | null;
  readonly processRanges: number;
}

/** Runs the caller's handler over the results of a part; a stop of the run ends it at the next checkpoint. */
export async function processPart(
  run: RunState,
  accepted: KnownRun,
  part: number,
  { settledUri, processRanges, passOf }: CutResults,
): Promise<void> {
  const { handler } = accepted;
  if (handler === null || settledUri === null) return;
  run.enterPart(part, 'processing');
  const queue = new HandlerQueue(run, accepted);
  try {
    await run.interruptible(() =>
      inParallel(processRanges, rangesAtATime(1), async (range) => {
        let before = NOTHING;
        let hasMore = true;
        while (hasMore) {
          const done = await queue.step(
            'vertexBatchProcessRange',
            {
              run: accepted.run,
              settledUri,
              range,
              handler: { name: handler.name, version: handler.version },
              ...(passOf === undefined ? {} : { passOf }),
            },
            {
              summary: `${handler.name}: ${run.parts.count > 1 ? `part ${part}, ` : ''}range ${range + 1} of ${processRanges}`,
            },
          );
          run.processed += done.processed - before.processed;
          run.rejected += done.rejected - before.rejected;
          before = done;
          hasMore = done.more === true;
        }
      }),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}
