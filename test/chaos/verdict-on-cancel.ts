import type { BatchResult } from '../../src/messages';
import type { Incident } from './storm-plan';
import { balance, ending, handedRows, paidTwice, type RunEvidence } from './verdict';

type Cancel = Pick<Extract<Incident, { kind: 'cancel' }>, 'by' | 'salvage'>;

/**
 * What is wrong with a run that somebody cancelled, or tried to: it may have less than on a calm day, but nothing else, its books
 * say what it has, and nothing of it goes on.
 */
export function cancelFindings(run: RunEvidence, calm: RunEvidence, cancels: readonly Cancel[]): string[] {
  const { result } = run;
  const always = [...ending(run, ['COMPLETED', 'CANCELLED']), ...paidTwice(run), ...onlyIntentsOf(calm, run)];
  if (result === null) return [...always, ...withoutResult(run)];
  return [
    ...always,
    ...balance(result),
    ...inputOf(result, calm),
    ...filesOf(run, calm, result),
    ...loadedRows(run, calm, result),
    ...(cancels.every(({ salvage }) => salvage) ? salvaged(run, result) : []),
    ...(result.outcome === 'cancelled' ? [] : handedRows(run)),
  ];
}

/** Temporal's own cancel may end a run before it has a manifest: then it has nothing. */
function withoutResult({ execution, error, jobs }: RunEvidence): string[] {
  if (execution === 'CANCELLED' && jobs.length === 0) return [];
  return [`it is ${execution} with ${jobs.length} jobs, and has no result: ${error}`];
}

function onlyIntentsOf(calm: RunEvidence, { jobs }: RunEvidence): string[] {
  const known = new Set(calm.jobs.map(({ intent }) => intent));
  return jobs.flatMap(({ intent }) => (known.has(intent) ? [] : [`it had a job for ${intent}, on a calm day none`]));
}

function inputOf({ rows, outcome }: BatchResult, calm: RunEvidence): string[] {
  const expected = calm.result?.rows.input;
  const isBeforePlan = outcome === 'cancelled' && rows.answered === 0;
  return rows.input === expected || isBeforePlan
    ? []
    : [`its books are of ${rows.input} rows, the input has ${expected}`];
}

/** Each line is one of a calm day's, and each is counted. */
function filesOf({ files }: RunEvidence, calm: RunEvidence, { rows }: BatchResult): string[] {
  return [
    ...strangers('results', files.results, calm.files.results),
    ...(files.results.length === rows.answered
      ? []
      : [`it has ${files.results.length} result rows and counts ${rows.answered}`]),
  ];
}

/** What is loaded is all of it, once, or nothing. */
function loadedRows({ loaded, files }: RunEvidence, calm: RunEvidence, { outcome }: BatchResult): string[] {
  const isLoaded = outcome !== 'cancelled' && outcome !== 'failed' && calm.loaded.results.length > 0;
  const miscounted = (['results', 'deadLetters'] as const).flatMap((table) => {
    const [rows, expected] = [loaded[table].length, isLoaded ? files[table].length : 0];
    return rows === expected ? [] : [`the table of ${table} has ${rows} rows instead of ${expected}`];
  });
  return [...strangers('the table of results', loaded.results, calm.loaded.results), ...miscounted];
}

function strangers(place: string, lines: readonly string[], calm: readonly string[]): string[] {
  const known = new Set(calm);
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    if (seen.has(line)) return [`${place}: twice ${line}`];
    seen.add(line);
    return known.has(line) ? [] : [`${place}: ${line}, on a calm day there is none like it`];
  });
}

/**
 * The service bills each row that it has answered: none of them is left behind. Where the answer to a create was lost and no listing
 * had the job until the look for it was over, the result says so; the next execution of the id, or `orphans`, finds it.
 */
function salvaged({ jobs }: RunEvidence, { rows, reason }: BatchResult): string[] {
  const [, unseen] = /-(p\d+-r\d+)-a\d+ may have been accepted, and no job/.exec(reason?.message ?? '') ?? [];
  const billed = jobs.filter(({ intent }) => intent !== unseen).reduce((sum, { answered }) => sum + answered, 0);
  const kept = rows.answered + rows.blocked;
  return kept === billed ? [] : [`it has ${kept} rows of the ${billed} that its jobs answered`];
}
