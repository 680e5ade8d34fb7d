import { microsOf } from '../clock';
import { GoogleError } from '../google-error';
import { FilterSyntaxError, parseFilter } from './filter-syntax';
import type { FilterNode, Operator } from './filter-syntax';
import type { Job } from './job';

type Test = (job: Job) => boolean;
type Compare = Extract<FilterNode, { kind: 'compare' }>;

export interface FilterOptions {
  /** Label terms count as true. */
  readonly ignoresLabels?: boolean;
}

/** The jobs that a list call's filter wants. @throws {GoogleError} INVALID_ARGUMENT for what the service's filter does not support */
export function jobFilter(filter: string, options: FilterOptions = {}): Test {
  try {
    const node = parseFilter(filter);
    return node === undefined ? () => true : testOf(node, options);
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    throw new GoogleError('INVALID_ARGUMENT', `Invalid filter "${filter}": ${error.message}.`);
  }
}

function testOf(node: FilterNode, options: FilterOptions): Test {
  if (node.kind === 'compare') return comparisonOf(node, options);
  if (node.kind === 'not') {
    const part = testOf(node.part, options);
    return (job) => !part(job);
  }
  const parts = node.parts.map((part) => testOf(part, options));
  return node.kind === 'and' ? (job) => parts.every((part) => part(job)) : (job) => parts.some((part) => part(job));
}

function comparisonOf(compare: Compare, options: FilterOptions): Test {
  switch (compare.field) {
    case 'display_name':
      return textTest(compare, ['=', '!=', ':'], (job) => job.spec.displayName);
    case 'model_display_name':
      return textTest(compare, ['=', '!='], (job) => job.spec.model.slice(job.spec.model.lastIndexOf('/') + 1));
    case 'state':
      return textTest(compare, ['=', '!='], (job) => job.state);
    case 'create_time':
      return timeTest(compare);
    default:
      if (compare.field.startsWith('labels.')) return labelTest(compare, options);
      throw new GoogleError('INVALID_ARGUMENT', `Invalid filter: field "${compare.field}" is not supported.`);
  }
}

function refuseOperator(compare: Compare, allowed: readonly Operator[]): void {
  if (allowed.includes(compare.operator)) return;
  throw new GoogleError(
    'INVALID_ARGUMENT',
    `Invalid filter: operator "${compare.operator}" is not supported for ${compare.field}.`,
  );
}

function textTest(compare: Compare, allowed: readonly Operator[], textOf: (job: Job) => string): Test {
  refuseOperator(compare, allowed);
  if (compare.operator === ':') {
    const pattern = wildcard(compare.value);
    return (job) => pattern.test(textOf(job));
  }
  const wanted = compare.operator === '=';
  return (job) => (textOf(job) === compare.value) === wanted;
}

function wildcard(pattern: string): RegExp {
  const source = pattern.split('*').map((text) => text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's');
}

function timeTest(compare: Compare): Test {
  refuseOperator(compare, ['=', '!=', '<', '<=', '>', '>=']);
  const micros = microsOf(compare.value);
  if (micros === undefined) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      `Invalid filter: create_time must be in RFC 3339 format, got "${compare.value}".`,
    );
  }
  const tests: Readonly<Record<string, (time: number) => boolean>> = {
    '=': (time) => time === micros,
    '!=': (time) => time !== micros,
    '<': (time) => time < micros,
    '<=': (time) => time <= micros,
    '>': (time) => time > micros,
    '>=': (time) => time >= micros,
  };
  const test = tests[compare.operator] as (time: number) => boolean;
  return (job) => test(job.createTime);
}

function labelTest(compare: Compare, options: FilterOptions): Test {
  refuseOperator(compare, ['=', '!=', ':']);
  const key = compare.field.slice('labels.'.length);
  if (options.ignoresLabels === true) return () => true;
  if (compare.operator === ':') {
    return (job) =>
      Object.hasOwn(job.spec.labels, key) && (compare.value === '*' || job.spec.labels[key] === compare.value);
  }
  const wanted = compare.operator === '=';
  return (job) => (job.spec.labels[key] === compare.value) === wanted;
}
