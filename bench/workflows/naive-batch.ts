import { proxyActivities, sleep } from '@temporalio/workflow';
import type { BaselineActivities, NewBaselineJob } from '../baseline-activities';

export interface NaiveBatchInput extends NewBaselineJob {
  readonly intervalMs: number;
  /** Stop looking after so many looks, ended or not. @default none */
  readonly maxLooks?: number;
}

export interface NaiveBatchResult {
  readonly looks: number;
  /** null when the job had not ended at the last look. */
  readonly rows: number | null;
}

const { baselineCreateJob, baselineGetJob, baselineCountRows } = proxyActivities<BaselineActivities>({
  startToCloseTimeout: '1 minute',
});

/** The workflow that people write first: create, look on a timer until the job has ended, read what it wrote. */
export async function naiveBatch({
  intervalMs,
  maxLooks = Infinity,
  ...job
}: NaiveBatchInput): Promise<NaiveBatchResult> {
  const name = await baselineCreateJob(job);
  for (let looks = 1; ; looks += 1) {
    const { ended, outputUri } = await baselineGetJob(name);
    if (ended) return { looks, rows: await baselineCountRows(outputUri) };
    if (looks >= maxLooks) return { looks, rows: null };
    await sleep(intervalMs);
  }
}
