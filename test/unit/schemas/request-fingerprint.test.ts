import { describe, expect, it } from 'vitest';
import { acceptRequest } from '../../../src/schemas/batch-request';
import { differingFields, fingerprintOf } from '../../../src/schemas/request-fingerprint';

const REQUEST = {
  project: 'acme',
  location: 'us-central1',
  model: 'gemini-2.5-flash',
  input: 'gs://acme/in.jsonl',
  output: 'gs://acme/answers/',
};

function fingerprint(request: object = {}) {
  return fingerprintOf(acceptRequest({ ...REQUEST, ...request }, 'summaries'));
}

describe('the fingerprint of a request', () => {
  it('is the same however the request is written', () => {
    const labels = { a: '1', b: '2' };
    const written = fingerprint({
      labels,
      input: ['gs://acme/in.jsonl'],
      listingLag: '10m',
      output: 'gs://acme/answers',
    });
    expect(fingerprint({ listingLag: 600_000, labels: { b: '2', a: '1' }, rounds: 1 })).toEqual(written);
  });

  it.each<[object, string[]]>([
    [{ model: 'gemini-2.5-pro' }, ['model']],
    [{ input: ['gs://acme/in.jsonl', 'gs://acme/more.jsonl'] }, ['input']],
    [{ labels: { stage: 'prod' }, rounds: 0, deadlines: { run: '5d' } }, ['labels', 'deadlines', 'rounds']],
    [{ handler: 'saveSummary' }, ['handler']],
  ])('of %j differs in its fields', (request, fields) => {
    const [one, other] = [
      fingerprint({ deadlines: { run: '4d' } }),
      fingerprint({ deadlines: { run: '4d' }, ...request }),
    ];
    expect(differingFields(one, other)).toEqual(fields);
    expect(one.digest).not.toBe(other.digest);
  });

  it('tells a deliberate repeat apart from another request', () => {
    const [one, other] = [fingerprint(), fingerprint({ rerun: 1 })];
    expect(differingFields(one, other)).toEqual([]);
    expect(other).toEqual({ ...one, rerun: 1 });
  });

  it('is small enough for a memo', () => {
    expect(JSON.stringify(fingerprint()).length).toBeLessThan(700);
  });
});
