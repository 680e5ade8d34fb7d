import type { BatchProgress, JobProgress } from '../messages';
import { costTextOf } from './cost-text';
import { count } from './count-text';
import { cutText } from './cut-text';
import { shortState } from './job-state';
import { totalOf } from './outcome';
import { openJobsLast } from './run-progress';

/** What the Temporal UI shows as current details: Markdown, true at the moment it is set. */
export function detailsText(progress: BatchProgress, directory: string | null): string {
  const lines = [
    headline(progress),
    ...(progress.attention === null
      ? []
      : [
          `**${progress.attention.type}**: ${text(progress.attention.message).replace(/\.$/, '')}.${attentionRemedy(progress.attention.actions)}`,
        ]),
    ...jobLines(progress),
    ...rowLines(progress),
    ...costLines(progress),
    ...(progress.estimatedEndTime === null ? [] : [`ends about ${minute(progress.estimatedEndTime)}`]),
    ...(progress.deadline === null || progress.phase === 'closed'
      ? []
      : [`deadline of the run ${minute(progress.deadline)}`]),
    ...(directory === null ? [] : [`files \`${directory}\` · ${storageLink(directory)}`]),
    ...(progress.phase === 'closed'
      ? []
      : [
          `Stop it with the signal or update \`cancelBatch\`, or \`vertex-batch cancel ${progress.workflowId}\`; finished rows are kept.`,
        ]),
  ];
  return lines.join('\n\n');
}

/** Temporal takes 20 KB of details; five messages of others' stay far below. */
const LONGEST_MESSAGE = 800;

function text(message: string): string {
  return withDollars(cutText(message, LONGEST_MESSAGE));
}

/** The UI takes what stands between two dollar signs for mathematics. */
function withDollars(plain: string): string {
  return plain.replaceAll('$', String.raw`\$`);
}

function headline(progress: BatchProgress): string {
  if (progress.closed === undefined) return `**${progress.phase}** since ${second(progress.since)}`;
  const reason =
    progress.closed.reason === null ? '' : ` · ${progress.closed.reason.type}: ${text(progress.closed.reason.message)}`;
  return `**closed: ${progress.closed.outcome}${reason}** at ${second(progress.since)}`;
}

function attentionRemedy(actions: readonly string[]): string {
  return actions.length === 0 ? '' : ` Answer with ${actions.map((action) => `\`${action}\``).join(' or ')}.`;
}

function jobLines({ jobs, jobCount }: BatchProgress): string[] {
  const shown = openJobsLast(jobs).slice(-3);
  const others = jobCount > 3 ? [`${count(jobCount)} jobs so far, of which these three:`] : [];
  const inParts = jobs.some(({ part }) => part > 1);
  return [...others, ...shown.map((job) => `${inParts ? `part ${job.part}, ` : ''}${jobLine(job)}`)];
}

function jobLine(job: JobProgress): string {
  const id = job.name.split('/').at(-1) ?? job.name;
  const error = job.error === null ? '' : ` · code ${job.error.code} "${text(job.error.message)}"`;
  const kept = job.kept > 0 ? ` · ${count(job.kept)} answers kept` : '';
  return `round ${job.round}: job [${id}](${job.consoleUrl}) ${shortState(job.state)} since ${second(job.since)}${error}${kept}`;
}

function rowLines(progress: BatchProgress): string[] {
  const { input, succeeded, failed } = progress.rows;
  if (input === null) return [];
  if (progress.books !== null) {
    const { answered, blocked, failed: lost, missing } = progress.books;
    const handled = progress.handler.processed > 0 ? ` · handled ${count(progress.handler.processed)}` : '';
    const settled = totalOf(progress.books);
    const part = settled < input ? `${count(settled)} settled of ` : '';
    return [
      `${part}${count(input)} rows = ${count(answered)} answered + ${count(blocked)} blocked + ${count(lost)} failed + ${count(missing)} missing${handled}`,
    ];
  }
  if (succeeded === null) return [`${count(input)} rows`];
  const percent = progress.percent === null ? '' : ` (${progress.percent} %)`;
  const at =
    progress.checkedAt === null ? '' : ` at ${second(progress.checkedAt)}; the pending activity knows the latest`;
  return [
    `${count(input)} rows · the service reported ${count(succeeded)} done, ${count(failed ?? 0)} failed${percent}${at}`,
  ];
}

function costLines(progress: BatchProgress): string[] {
  const cost = costTextOf(progress);
  return cost === undefined ? [] : [withDollars(cost)];
}

function second(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')}Z`;
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`;
}

function storageLink(directory: string): string {
  return `[in the console](https://console.cloud.google.com/storage/browser/${encodeURI(directory.slice('gs://'.length))})`;
}
