import type { ListedRun } from '../../client';
import { count } from '../../domain/count-text';
import { openJobsLast } from '../../domain/run-progress';
import { shortState } from '../../domain/job-state';
import { fitted, padded, plain, widthOf } from './plain';
import { durationText } from './quantities';

export interface ListLook {
  /** Show why runs wait for a person. */
  readonly attention: boolean;
  readonly now: number;
  readonly columns: number;
}

/** Runs as a table. */
export function listText(runs: readonly ListedRun[], look: ListLook): string {
  if (runs.length === 0) return look.attention ? 'No run waits for a person.' : 'No runs.';
  const rows = look.attention
    ? [['WORKFLOW ID', 'SINCE', 'ATTENTION', 'MESSAGE'], ...runs.map((run) => attentionRow(run, look.now))]
    : [['WORKFLOW ID', 'STARTED', 'PHASE', 'ROWS'], ...runs.map((run) => overviewRow(run, look.now))];
  return table(rows, look.columns);
}

function attentionRow({ workflowId, progress: { attention } }: ListedRun, now: number): string[] {
  const since = attention === null ? '' : durationText(now - Date.parse(attention.since));
  return [plain(workflowId), since, attention?.type ?? '', plain(attention?.message ?? '')];
}

function overviewRow({ workflowId, startTime, execution, progress }: ListedRun, now: number): string[] {
  const ago = `${durationText(now - Date.parse(startTime))} ago`;
  const attention = progress.attention === null ? '' : ` ! ${progress.attention.type}`;
  return [plain(workflowId), ago, `${phaseText(execution, progress)}${attention}`, rowsText(progress)];
}

function phaseText(execution: string, progress: ListedRun['progress']): string {
  if (execution !== 'RUNNING') return progress.closed?.outcome ?? execution.toLowerCase();
  const job = progress.phase === 'waiting' ? openJobsLast(progress.jobs).at(-1) : undefined;
  return job === undefined ? progress.phase : shortState(job.state);
}

function rowsText({ rows, books, percent }: ListedRun['progress']): string {
  if (rows.input === null) return '';
  if (books !== null) return `${count(books.answered)} of ${count(rows.input)} answered`;
  return percent === null ? count(rows.input) : `${count(rows.input)}, ${percent} % done`;
}

/** Columns side by side; the last one is cut where the terminal ends. */
function table(rows: readonly (readonly string[])[], columns: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
  return lines.map((line) => fitted(line, columns)).join('\n');
}
