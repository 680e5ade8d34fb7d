/** What a benchmark found. */
export interface Report {
  readonly name: string;
  /** What was run, in one sentence. */
  readonly what: string;
  /** What stands in the column beside ours. */
  readonly baseline: string;
  readonly measurements: readonly Measurement[];
  /** Figures of all that took part, where that is more than ours and one baseline. */
  readonly details?: Details;
  /** What a reader must know to judge the numbers. */
  readonly notes: readonly string[];
}

/** A table of numbers; null where there is none. */
export interface Details {
  readonly head: readonly string[];
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
}

export interface Measurement {
  readonly label: string;
  readonly unit: string;
  readonly ours: number;
  /** null where the baseline has no such number. */
  readonly baseline: number | null;
  readonly target?: Target;
}

export interface Target {
  /** Such as `≤ 60`. */
  readonly text: string;
  readonly isReached: boolean;
}

/** A target that the value must not pass. */
export function atMost(limit: number, value: number): Target {
  return { text: `≤ ${textOf(limit)}`, isReached: value <= limit };
}

/** A target that the value must come up to. */
export function atLeast(limit: number, value: number): Target {
  return { text: `≥ ${textOf(limit)}`, isReached: value >= limit };
}

/** A number as people read it: three digits that count, thousands apart. */
export function textOf(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** A report as people read it, in a terminal and in Markdown alike. */
export function renderReport(report: Report): string {
  const rows = report.measurements.map((measurement) => [
    measurement.label,
    withUnit(measurement.ours, measurement.unit),
    measurement.baseline === null ? '' : withUnit(measurement.baseline, measurement.unit),
    measurement.target?.text ?? '',
    measurement.target === undefined ? '' : measurement.target.isReached ? 'reached' : 'NOT REACHED',
  ]);
  return [
    `### ${report.name}`,
    '',
    `${report.what} Baseline: ${report.baseline}.`,
    '',
    ...renderTable(['', 'ours', 'baseline', 'target', ''], rows),
    ...renderDetails(report.details),
    '',
    ...report.notes.map((note) => `- ${note}`),
  ].join('\n');
}

function renderDetails(details: Details | undefined): string[] {
  if (details === undefined) return [];
  const rows = details.rows.map(({ label, values }) => [
    label,
    ...values.map((value) => (value === null ? '' : textOf(value))),
  ]);
  return ['', ...renderTable(['', ...details.head], rows)];
}

/** Lines of a Markdown table whose columns stand under each other; all but the first column are set right. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)];
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? textOf(value) : `${textOf(value)} ${unit}`;
}
