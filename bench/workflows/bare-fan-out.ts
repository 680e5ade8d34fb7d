import { proxyActivities } from '@temporalio/workflow';
import type { BaselineActivities } from '../baseline-activities';

export interface BareFanOutInput {
  readonly count: number;
  readonly atATime: number;
  /** `nothing`, or the calls of Cloud Storage that a range makes. */
  readonly work: 'nothing' | 'storage';
}

const { baselineNothing, baselineStorage } = proxyActivities<BaselineActivities>({ startToCloseTimeout: '1 minute' });

/** Activities without any machinery around them, so many at a time. */
export async function bareFanOut({ count, atATime, work }: BareFanOutInput): Promise<void> {
  const activity = work === 'nothing' ? baselineNothing : baselineStorage;
  let next = 0;
  const lanes = Array.from({ length: atATime }, async () => {
    while (next < count) await activity(next++);
  });
  await Promise.all(lanes);
}
