import { Scanner } from './scanner';

/** Scanners that nobody uses now. A new one for each range would halve the speed. */
const idle: Scanner[] = [];
const KEPT_IDLE = 8;

/** Lends a scanner that knows no templates and no forms for as long as `work` takes; several may be lent at a time. */
export async function withScanner<Value>(work: (scanner: Scanner) => Promise<Value>): Promise<Value> {
  const scanner = idle.pop() ?? new Scanner();
  scanner.forgetTemplates();
  scanner.hashTexts(false);
  scanner.forgetForms();
  scanner.wantForms(false);
  try {
    return await work(scanner);
  } finally {
    if (idle.length < KEPT_IDLE) idle.push(scanner);
  }
}
