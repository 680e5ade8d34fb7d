import type { Check } from '../../preflight/check';
import type { Colors } from '../colors';
import { padded, plain, wrapped } from './plain';

const TITLES = {
  temporal: 'Temporal',
  worker: 'Worker',
  'search-attributes': 'Searching',
  clock: 'Clock',
  credentials: 'Credentials',
  vertex: 'Vertex',
  model: 'Model',
  bucket: 'Bucket',
  'service-agent': 'Service agent',
  bigquery: 'BigQuery',
} as const satisfies Record<Check['name'], string>;

const INDENT = 15;
const STATUS = 8;

/** A line for each check, and below it what is missing and the command that mends it. */
export function checkText(check: Check, { columns, colors }: { columns: number; colors: Colors }): string {
  const { name, status, message, remedy } = check;
  const subject = plain(check.subject);
  const head = status === 'ok' ? `${subject} · ${plain(message)}` : subject;
  const color = { ok: colors.green, missing: colors.red, unknown: colors.yellow }[status];
  const below = status === 'ok' ? [] : wrapped(plain(message), Math.max(40, columns - INDENT));
  return [
    `${padded(TITLES[name], INDENT)}${padded(head, columns - INDENT - STATUS)} ${color(status)}`,
    ...below.map((line) => `${' '.repeat(INDENT)}${line}`),
    ...(remedy === null ? [] : [`${' '.repeat(INDENT)}${plain(remedy)}`]),
  ].join('\n');
}

/** How many of which, where not all is well. */
export function sumText(checks: readonly Check[]): string {
  const sums = (['missing', 'unknown'] as const).flatMap((status) => {
    const count = checks.filter((check) => check.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return sums.length === 0 ? 'All is well.' : `${sums.join(', ')}.`;
}
