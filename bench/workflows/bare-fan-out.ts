import { proxyActivities } from '@temporalio/workflow';
import type { BaselineActivities } from '../baseline-activities';

export interface BareFanOutInput {
  readonly count: number;
  readonly atATime: number;
}

const { baselineNothing } = proxyActivities<BaselineActivities>({ startToCloseTimeout: '1 minute' });

/** Activities that do nothing, so many at a time: what the server and the SDK cost by themselves. */
export async function bareFanOut({ count, atATime }: BareFanOutInput): Promise<void> {
  let next = 0;
  const lanes = Array.from({ length: atATime }, async () => {
    while (next < count) await baselineNothing(next++);
  });
  await Promise.all(lanes);
}
