import { BatchError } from '../domain/batch-error';
import { count } from '../domain/count-text';
import type { ValidationReport } from './report';

const TOLD = 5;

/** Rows that a run would refuse. */
export class InvalidRowsError extends BatchError {
  /** All that is wrong with them; `line` of a problem is the row's number, from 1. */
  readonly report: ValidationReport;

  constructor(report: ValidationReport) {
    super(report.refusal?.type ?? 'InvalidInput', messageOf(report));
    this.report = report;
  }
}

function messageOf({ rows, errors, problems, refusal }: ValidationReport): string {
  if (refusal !== null) return refusal.message;
  const told = problems
    .filter(({ severity }) => severity === 'error')
    .slice(0, TOLD)
    .map(({ line, path, message }) => `row ${line}${path === '' ? '' : `, ${path}`}: ${message}`);
  const more = errors > told.length ? `; and ${count(errors - told.length)} more` : '';
  return `Nothing was written, for ${plural(errors, 'error')} in ${plural(rows, 'row')}: ${told.join('; ')}${more}`;
}

function plural(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}
