import type { RunReference } from '../domain/accepted-request';

/** Where an execution keeps what only it needs; a reset finds it again, a new execution has its own. */
export function workDirectory({ directory, execution }: Pick<RunReference, 'directory' | 'execution'>): string {
  return `${directory}work/${execution}/`;
}
