import type { VertexJob } from '../activities/contract';
import { phaseOf } from '../domain/job-state';
import type { TrackedJob } from '../domain/run-progress';
import { measureState } from './metrics';

/** A job that the run sees to from now on. */
export function trackedJob(job: VertexJob, sent: Pick<TrackedJob, 'part' | 'round' | 'rows'>): TrackedJob {
  const tracked: TrackedJob = {
    ...sent,
    name: job.name,
    state: job.state,
    since: Date.now(),
    startedAt: null,
    counts: null,
    error: null,
    outputDirectory: null,
    createTime: null,
    startTime: null,
    endTime: null,
    kept: 0,
  };
  track(tracked, job);
  return tracked;
}

/** Takes over what was seen of a job. */
export function track(tracked: TrackedJob, job: VertexJob): void {
  if (job.state !== tracked.state) {
    measureState(tracked.state, Date.now() - tracked.since);
    tracked.since = Date.now();
  }
  if (tracked.startedAt === null && phaseOf(job.state) === 'running') tracked.startedAt = Date.now();
  tracked.state = job.state;
  tracked.error = job.error;
  tracked.outputDirectory = job.outputDirectory;
  tracked.createTime = job.createTime;
  tracked.startTime = job.startTime;
  tracked.endTime = job.endTime;
  if (job.counts !== null) tracked.counts = { succeeded: job.counts.succeeded, failed: job.counts.failed };
}
