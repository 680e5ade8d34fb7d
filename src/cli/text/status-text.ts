import type { Colors } from '../colors';
import type { RunStatus } from '../../client';
import type { Attention, JobProgress } from '../../messages';
import { costTextOf } from '../../domain/cost-text';
import { count } from '../../domain/count-text';
import { isTerminal, shortState } from '../../domain/job-state';
import { padded, plain } from './plain';
import { progressLine } from './progress-line';
import { clockText, durationText } from './quantities';

/** One look at a run, for people. */
export function statusText(
  status: RunStatus,
  look: { readonly now: number; readonly columns: number; readonly colors: Colors },
): string {
  const { colors, now } = look;
  const cost = costTextOf(status);
  return [
    `${colors.bold(plain(status.workflowId))}   ${headline(status, now)}`,
    ...jobLines(status, now),
    ...rowLines(status),
    ...(cost === undefined ? [] : [cost]),
    ...(status.phase === 'waiting' && status.execution === 'RUNNING' ? [progressLine(status, look)] : []),
    ...(status.attention === null ? [] : attentionLines(status.attention, status, look)),
    ...(status.closed?.manifest == null ? [] : [`manifest  ${status.closed.manifest}`]),
  ].join('\n');
}

function headline(status: RunStatus, now: number): string {
  if (status.execution === 'RUNNING') {
    return `${status.phase} since ${clockText(status.since, now)}, ${durationText(now - Date.parse(status.since))}`;
  }
  const when = status.closeTime === null ? '' : ` at ${clockText(status.closeTime, now)}`;
  const { closed } = status;
  if (closed === undefined) return `${status.execution.toLowerCase()}${when}`;
  const reason = closed.reason === null ? '' : ` · ${closed.reason.type}: ${plain(closed.reason.message)}`;
  return `${closed.outcome}${when}${reason}`;
}

function jobLines({ jobs, jobCount }: RunStatus, now: number): string[] {
  const first = jobCount - jobs.length + 1;
  const ids = jobs.map((job) => jobId(job.name));
  const width = Math.max(0, ...ids.map((id) => id.length));
  return jobs.map((job, index) => {
    const id = padded(ids[index] ?? '', width);
    return `job ${first + index}  ${id}  ${padded(shortState(job.state), 9)}  ${clockText(job.since, now)}${jobRemarks(job)}`;
  });
}

function jobRemarks(job: JobProgress): string {
  const remarks = [
    ...(job.round > 1 ? [`round ${job.round}`] : []),
    ...(job.error === null ? [] : [`code ${job.error.code} "${plain(job.error.message)}"`]),
    ...(isTerminal(job.state) && job.kept > 0 ? [`${count(job.kept)} answers kept`] : []),
  ];
  return remarks.length === 0 ? '' : `  ${remarks.join(' · ')}`;
}

function rowLines({ rows, books, handler, phase }: RunStatus): string[] {
  if (rows.input === null) return [];
  if (books === null) return phase === 'waiting' ? [] : [`rows   ${count(rows.input)}`];
  const { answered, blocked, failed, missing } = books;
  const done = handler.processed + handler.rejected;
  const processed = done > 0 || phase === 'processing' ? ` · handled ${count(done)} of ${count(answered)}` : '';
  return [
    `rows   ${count(rows.input)} = ${count(answered)} answered + ${count(blocked)} blocked + ${count(failed)} failed + ${count(missing)} missing${processed}`,
  ];
}

/** What a person must know, and the commands with which he answers. */
export function attentionLines(
  attention: Attention,
  { workflowId }: { readonly workflowId: string },
  { colors, now }: { readonly colors: Colors; readonly now: number },
): string[] {
  const until = attention.until === null ? '' : `; the run decides by itself at ${clockText(attention.until, now)}`;
  const claim = attention.claim === null ? '' : ` --claim ${attention.claim}`;
  const answers = attention.actions.flatMap((action) => {
    if (action === 'adoptJob') return [`vertex-batch adopt ${workflowId} JOB${claim}`];
    if (action === 'resubmit') return [`vertex-batch resubmit ${workflowId}${claim}`];
    if (action === 'cancelBatch') return [`vertex-batch cancel ${workflowId}`];
    return [];
  });
  return [
    `${colors.yellow('!')}  ${colors.bold(attention.type)}  ${plain(attention.message)}`,
    `   for ${durationText(now - Date.parse(attention.since))}${until}`,
    ...answers.map((answer) => `   ${answer}`),
  ];
}

export function jobId(name: string): string {
  return name.split('/').at(-1) ?? name;
}
