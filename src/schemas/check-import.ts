import { cutText } from '../domain/cut-text';
import { isObject, memberPath, type RowProblems, shown } from './row-problems';

/** Levels of records below the row; `request` is the first. */
const DEEPEST_LEVEL = 15;
const COLUMN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,299}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Whether the service's hidden import takes a row, as far as the row alone shows. It goes through everything, and so looks for
 * halves of surrogate pairs as well.
 */
export function checkImport(row: Readonly<Record<string, unknown>>, problems: RowProblems): void {
  checkMembers(row, '', 0, problems);
}

function checkMembers(record: Readonly<Record<string, unknown>>, path: string, level: number, problems: RowProblems) {
  for (const name of Object.keys(record)) {
    const inner = memberPath(path, name);
    if (!isColumnName(name)) problems.report('import-name', inner, () => nameMessage(name));
    checkText(name, inner, problems);
    const value = record[name];
    if (Array.isArray(value)) checkElements(value, inner, level, problems);
    else checkSingle(value, inner, level, problems);
  }
}

/** Whether a column of BigQuery may be called that. */
export function isColumnName(name: string): boolean {
  return COLUMN_NAME.test(name);
}

function nameMessage(name: string): string {
  const wanted = 'letters, digits and _ that do not begin with a digit';
  return `the import takes names of at most 300 ${wanted}, got ${JSON.stringify(cutText(name, 60))}`;
}

function checkSingle(value: unknown, path: string, level: number, problems: RowProblems): void {
  if (typeof value === 'string') checkText(value, path, problems);
  else if (isObject(value)) checkRecord(value, path, level + 1, problems);
}

function checkRecord(record: Readonly<Record<string, unknown>>, path: string, level: number, problems: RowProblems) {
  if (level === DEEPEST_LEVEL + 1) {
    const message = `the import takes ${DEEPEST_LEVEL} levels of objects, and this is level ${level}; flatten it`;
    problems.report('import-depth', path, () => message);
  }
  if (Object.keys(record).length === 0) {
    problems.report('import-empty', path, () => `the import takes no object without members; ${remedyFor(path)}`);
  }
  checkMembers(record, path, level, problems);
}

function remedyFor(path: string): string {
  return /\.google(S|_s)earch$/.test(path)
    ? 'write {"timeRangeFilter": null}, or ask for the repair "empty-search"'
    : 'remove it';
}

/** Nulls and arrays are told of once for each array. */
function checkElements(array: readonly unknown[], path: string, level: number, problems: RowProblems): void {
  const firstNull = array.indexOf(null);
  if (firstNull !== -1) {
    problems.report('import-null', `${path}[${firstNull}]`, () => 'the import takes no null in an array; remove it');
  }
  const firstArray = array.findIndex(Array.isArray);
  if (firstArray !== -1) {
    const message = 'the import takes no array directly in an array; wrap the inner one in an object';
    problems.report('import-nested-array', `${path}[${firstArray}]`, () => message);
  }
  for (const [position, element] of array.entries()) {
    if (Array.isArray(element)) checkElements(element, `${path}[${position}]`, level, problems);
    else checkSingle(element, `${path}[${position}]`, level, problems);
  }
}

function checkText(text: string, path: string, problems: RowProblems): void {
  if (!LONE_SURROGATE.test(text)) return;
  problems.report('surrogate', path, () => {
    const at = text.search(LONE_SURROGATE);
    const escape = JSON.stringify(text.charAt(at));
    return `${escape} at position ${at} is half of a surrogate pair, got ${shown(text)}; the service may refuse or replace it`;
  });
}
