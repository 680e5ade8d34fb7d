import type { AcceptedRun, AdoptedJob } from '../activities/contract';
import { awaitEnd } from './await-end';
import type { RunState } from './run-state';
import { step } from './steps';
import { trackedJob } from './tracked-job';

/** Takes over a job that somebody else created. */
export async function adopt(run: RunState, accepted: AcceptedRun, job: string): Promise<AdoptedJob> {
  const { project, location, input, output } = accepted.request;
  return await run.interruptible(() =>
    step(
      run,
      'vertexBatchAdoptJob',
      { run: accepted.run, project, location, job, input, output },
      { summary: `Adopt job ${job.split('/').at(-1)}` },
    ),
  );
}

/** A stop reaches an adopted job also while nobody knows its rows yet: there is nothing to collect its answers by, only its end. */
export async function endUnplanned(run: RunState, { job }: AdoptedJob): Promise<void> {
  const { request } = run.accepted ?? {};
  if (request === undefined) return;
  const tracked = trackedJob(job, { part: 1, round: 1, rows: 0 });
  run.jobs.push(tracked);
  run.enterPart(1, 'waiting');
  await awaitEnd(run, request, job, tracked, () => Promise.resolve());
}
