import { shortState } from '../../domain/job-state';
import type { LabelledJob, Ownership } from '../orphans/find-orphans';
import { plain } from './plain';
import { countOf, durationText } from './quantities';
import { jobId } from './status-text';

/** A job that no run of this namespace sees to: what it costs so far, whose it was, and what it leaves. */
export function orphanText({ job, run }: LabelledJob, now: number): string {
  const age = job.createTime === null ? '' : `  created ${durationText(now - Date.parse(job.createTime))} ago`;
  const answered = job.counts?.succeeded ?? 0;
  return [
    `${jobId(job.name)}  ${shortState(job.state)}${age}  ${
      answered === 0
        ? 'no row answered yet, by its own count'
        : `${countOf(answered, 'row')} answered so far, and billed`
    }`,
    `  run     ${runText(run)}`,
    ...(job.outputUri === null ? [] : [`  leaves  ${plain(job.outputUri)}`]),
  ].join('\n');
}

const ENDS: Readonly<Record<string, string>> = {
  NOT_FOUND: 'unknown to Temporal',
  REPLACED: 'another run has its id',
  TIMED_OUT: 'timed out',
  CONTINUED_AS_NEW: 'continued as another',
};

function runText(run: Ownership): string {
  if (run.kind === 'unknown') return "unknown: its label leads to no run of this namespace, so it may be another's";
  const repeat = run.rerun === 0 ? '' : ` (rerun ${run.rerun})`;
  const end = run.kind === 'owned' ? 'open' : (ENDS[run.execution] ?? run.execution.toLowerCase());
  return `${plain(run.workflowId)}${repeat}: ${end}`;
}
