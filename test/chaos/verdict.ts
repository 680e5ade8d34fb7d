import type { BatchResult } from '../../src/messages';
import type { HandedRow } from '../support/worker-process';
import type { RunKind } from './run-kinds';

/** What can be seen of a run when it is over. */
export interface RunEvidence {
  readonly workflowId: string;
  readonly kind: RunKind;
  /** Temporal's word. */
  readonly execution: string;
  readonly pendingActivities: readonly string[];
  /** `null` where the run didn't end in time. */
  readonly result: BatchResult | null;
  /** Why there is no result. */
  readonly error: string | null;
  /** Of every job at the emulator that carries one of the run's claims: `p<part>-r<round>`, and its state. */
  readonly jobs: readonly {
    readonly intent: string;
    readonly state: string;
    /** Rows that it answered or blocked, and billed. */
    readonly answered: number;
  }[];
  /** Lines of all result rows, errors and dead letters, each sorted. */
  readonly files: Lines;
  /** Rows of the caller's tables, each sorted. */
  readonly loaded: Lines;
  readonly handed: readonly Pick<HandedRow, 'key' | 'mayRepeat'>[];
}

const KINDS_OF_LINES = ['results', 'errors', 'deadLetters'] as const;
type Lines = Readonly<Record<(typeof KINDS_OF_LINES)[number], readonly string[]>>;

/** What is wrong with a run, in sentences; nothing where it came to what the same run comes to on a calm day. */
export function runFindings(run: RunEvidence, calm: RunEvidence): string[] {
  if (run.result === null) return [`it is ${run.execution} and has no result: ${run.error}`, ...paidTwice(run)];
  return [
    ...ending(run, ['COMPLETED']),
    ...paidTwice(run),
    ...jobsAsPlanned(run, calm),
    ...balance(run.result),
    ...sameResult(run.result, calm.result),
    ...sameLines(run.files, calm.files, (file) => file),
    ...sameLines(run.loaded, calm.loaded, (table) => `the table of ${table}`),
    ...handedRows(run),
  ];
}

/** @param closed Temporal's words for the ways in which it may have closed */
export function ending({ execution, pendingActivities, jobs }: RunEvidence, closed: readonly string[]): string[] {
  return [
    ...(closed.includes(execution) ? [] : [`it is ${execution} beside its result`]),
    ...pendingActivities.map((activity) => `${activity} is pending though the run is over`),
    ...jobs
      .filter(({ state }) => !ENDED.test(state))
      .map(({ intent, state }) => `the job of ${intent} is still ${state}`),
  ];
}

const ENDED = /^JOB_STATE_(SUCCEEDED|FAILED|CANCELLED|EXPIRED|PARTIALLY_SUCCEEDED)$/;

/** One job per part and round, whatever it took to create it. */
export function paidTwice({ jobs }: RunEvidence): string[] {
  const counts = countsOf(jobs.map(({ intent }) => intent));
  return [...counts].filter(([, count]) => count > 1).map(([intent, count]) => `${count} jobs were paid for ${intent}`);
}

function jobsAsPlanned(run: RunEvidence, calm: RunEvidence): string[] {
  const intents = ({ jobs }: RunEvidence) => [...new Set(jobs.map(({ intent }) => intent))].toSorted().join(' ');
  return intents(run) === intents(calm) ? [] : [`it had jobs for ${intents(run)}, on a calm day for ${intents(calm)}`];
}

export function balance({ rows }: BatchResult): string[] {
  const { input, answered, blocked, failed, missing } = rows;
  const sum = answered + blocked + failed + missing;
  return sum === input ? [] : [`its books have ${sum} rows of ${input}`];
}

const COMPARED = ['outcome', 'rows', 'handler', 'usage'] as const satisfies (keyof BatchResult)[];

function sameResult(result: BatchResult, calm: BatchResult | null): string[] {
  return COMPARED.flatMap((field) => {
    const [ours, theirs] = [JSON.stringify(result[field]), JSON.stringify(calm?.[field])];
    return ours === theirs ? [] : [`${field} is ${ours}, on a calm day ${theirs}`];
  });
}

/** @param nameOf a kind of lines where they lie */
function sameLines(ours: Lines, theirs: Lines, nameOf: (kind: string) => string): string[] {
  return KINDS_OF_LINES.flatMap((kind) => {
    const difference = firstDifference(ours[kind], theirs[kind]);
    return difference === undefined ? [] : [`${nameOf(kind)}: ${difference}`];
  });
}

function firstDifference(ours: readonly string[], theirs: readonly string[]): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} lines, on a calm day ${theirs.length}`;
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  return at === -1 ? undefined : `${ours[at]}, on a calm day ${theirs[at]}`;
}

/** Each answered row reaches the handler, and what comes again is told to be a repeat. */
export function handedRows({ handed, files }: RunEvidence): string[] {
  const keys = new Set(handed.map(({ key }) => key));
  const kept = files.results.map((line) => (JSON.parse(line) as { key: string }).key);
  const unseen = kept.filter((key) => !keys.has(key));
  const seen = new Set<string>();
  const unannounced = handed.filter(({ key, mayRepeat }) => {
    const isRepeat = seen.has(key);
    seen.add(key);
    return isRepeat && !mayRepeat;
  });
  return [
    ...(unseen.length === 0 ? [] : [`the handler never had ${unseen.length} rows, such as ${unseen[0]}`]),
    ...(keys.size === kept.length ? [] : [`the handler had ${keys.size} keys of ${kept.length} answered rows`]),
    ...(unannounced.length === 0
      ? []
      : [`${unannounced.length} rows came again and weren't said to, such as ${unannounced[0]?.key}`]),
  ];
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
