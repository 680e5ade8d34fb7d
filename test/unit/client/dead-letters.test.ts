import { describe, expect, it, test } from 'vitest';
import { nextRerunId, requestOver } from '../../../src/client/dead-letters';

const REQUEST = {
  project: 'acme',
  location: 'global',
  model: 'gemini-2.5-flash',
  input: ['gs://acme/a.jsonl', 'gs://acme/b.jsonl'],
  output: 'gs://acme/answers/',
};

test.each([
  ['summaries', 'summaries/rerun-1'],
  ['summaries/rerun-1', 'summaries/rerun-2'],
  ['summaries/rerun-9', 'summaries/rerun-10'],
  ['summaries/rerun-x', 'summaries/rerun-x/rerun-1'],
  ['/rerun-1', '/rerun-1/rerun-1'],
])('a rerun of %s is %s', (id, next) => {
  expect(nextRerunId(id)).toBe(next);
});

describe('requestOver', () => {
  it('asks the same of other rows, as a first run of its id', () => {
    const request = { ...REQUEST, handler: 'saveSummary', displayName: 'summaries', rerun: 3 };
    const { rerun: _, ...same } = request;
    expect(requestOver('gs://acme/dead-letters.jsonl', request)).toEqual({
      ...same,
      input: 'gs://acme/dead-letters.jsonl',
    });
  });

  it('leaves the name of a scheduled run out, whose placeholders only a Schedule fills', () => {
    expect(requestOver('gs://acme/d.jsonl', { ...REQUEST, displayName: 'night of {scheduledDate}' })).toEqual({
      ...REQUEST,
      input: 'gs://acme/d.jsonl',
    });
  });
});
