import { expect, it } from 'vitest';
import { STATEMENTS, testsOfStatements } from '../../support/page-statements';

const tests = testsOfStatements();

it.each(Object.entries(STATEMENTS))('statement %s has a test: %s', (number) => {
  expect(tests.get(Number(number)) ?? []).not.toEqual([]);
});

it('tests begin with no number that stands for nothing', () => {
  // of the page of 2025, what the validation of rows is asked for
  const known = [37, ...Object.keys(STATEMENTS).map(Number)];
  expect([...tests.keys()].filter((number) => !known.includes(number))).toEqual([]);
});
