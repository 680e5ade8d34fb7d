import type { Colors } from '../colors';
import type { BatchOutcome, BatchResult } from '../../messages';
import { costText } from '../../domain/cost-text';
import { count } from '../../domain/count-text';
import { plain, wrapped } from './plain';
import { bytesText, durationText, tokensText } from './quantities';

const LABEL = 11;

/** Jobs that are named, of a run that had many. */
const NAMED_JOBS = 10;

function jobsText({ jobs, jobCount }: BatchResult): string {
  const named = jobs
    .slice(0, NAMED_JOBS)
    .map((job) => `${job.name.split('/').at(-1)} ${job.state.replace(/^JOB_STATE_(UNSPECIFIED)?/, '')}`.trim());
  const others = jobCount - named.length;
  return [...named, ...(others > 0 ? [`${count(others)} more`] : [])].join(' · ');
}

/** A run's result as a small table. */
export function resultText(
  result: BatchResult,
  { colors, columns }: { readonly colors: Colors; readonly columns: number },
): string {
  const { directory } = result;
  const entries: readonly (readonly [string, string] | null)[] = [
    [result.outcome, booksText(result)],
    result.reason && ['reason', `${result.reason.type}: ${plain(result.reason.message)}`],
    hasHandler(result) ? ['handled', handledText(result)] : null,
    result.jobCount === 0 ? null : ['tokens', tokenLine(result)],
    ['took', tookText(result)],
    result.jobCount === 0 ? null : ['jobs', jobsText(result)],
    [
      'results',
      `${result.results.uri}   ${count(result.results.files)} ${result.results.files === 1 ? 'file' : 'files'} · ${bytesText(result.results.bytes)}`,
    ],
    otherFiles(result, directory),
    loadedTables(result),
    result.manifest === null ? null : ['manifest', result.manifest],
  ];
  return entries
    .filter((entry) => entry !== null)
    .map(([name, text], index) => {
      const label = index === 0 ? outcomeText(result.outcome, colors, LABEL) : colors.dim(name.padEnd(LABEL));
      return `${label} ${wrapped(text, columns - LABEL - 1).join(`\n${' '.repeat(LABEL + 1)}`)}`;
    })
    .join('\n');
}

/** The outcome in its colour. */
export function outcomeText(outcome: BatchOutcome, colors: Colors, width = 0): string {
  const name = outcome.padEnd(width);
  if (outcome === 'succeeded') return colors.green.bold(name);
  return outcome === 'partial' ? colors.yellow.bold(name) : colors.red.bold(name);
}

function booksText({ rows }: BatchResult): string {
  const share = rows.input === 0 ? '' : `   (${shareText(rows.answered / rows.input)} %)`;
  return `${count(rows.answered)} answered · ${count(rows.blocked)} blocked · ${count(rows.failed)} failed · ${count(rows.missing)} missing · of ${count(rows.input)}${share}`;
}

/** Never rounded up to a hundred. */
function shareText(share: number): string {
  return String(Math.floor(share * 10_000) / 100);
}

function hasHandler({ handler }: BatchResult): boolean {
  return handler.processed + handler.rejected > 0;
}

function handledText({ handler }: BatchResult): string {
  const rejected = handler.rejected > 0 ? ` · ${count(handler.rejected)} rejected` : '';
  return `${count(handler.processed)} processed${rejected}`;
}

function tokenLine({ usage, cost }: BatchResult): string {
  const kinds = [
    `${tokensText(usage.promptTokenCount)} prompt`,
    `${tokensText(usage.candidatesTokenCount)} candidates`,
    ...(usage.thoughtsTokenCount > 0 ? [`${tokensText(usage.thoughtsTokenCount)} thoughts`] : []),
  ];
  return [...kinds, ...(cost === null ? [] : [costText(cost)])].join(' · ');
}

function tookText(result: BatchResult): string {
  const total = durationText(Date.parse(result.endTime) - Date.parse(result.startTime));
  const phases = [
    ...(result.queuedSeconds === null ? [] : [`queued ${durationText(result.queuedSeconds * 1000)}`]),
    ...(result.runningSeconds === null ? [] : [`running ${durationText(result.runningSeconds * 1000)}`]),
  ];
  return phases.length === 0 ? total : `${total}: ${phases.join(', ')}`;
}

function loadedTables({ loaded = [] }: BatchResult): readonly [string, string] | null {
  const tables = loaded.filter(({ rows }) => rows > 0);
  if (tables.length === 0) return null;
  return ['loaded', tables.map(({ uri, rows }) => `${uri} (${count(rows)})`).join('   ')];
}

function otherFiles(result: BatchResult, directory: string): readonly [string, string] | null {
  const shown = (name: string, uri: string | null, rows?: number) => {
    if (uri === null) return [];
    const short = uri.startsWith(directory) ? `…/${uri.slice(directory.length)}` : uri;
    return [`${name}${short}${rows === undefined ? '' : ` (${count(rows)})`}`];
  };
  const { blocked, failed, missing } = result.rows;
  const files = [
    ...shown('', result.errors, blocked + failed + missing),
    ...shown('dead letters ', result.deadLetters, failed + missing),
    ...shown('rejected ', result.rejected, result.handler.rejected),
    ...shown('validation ', result.validationReport),
  ];
  return files.length === 0 ? null : [result.errors === null ? 'files' : 'errors', files.join('   ')];
}
