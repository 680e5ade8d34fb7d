import { describe, expect, it } from 'vitest';
import { validationOf } from '../../../src/domain/accepted-validation';
import { FIXED_RULES, REPAIRS } from '../../../src/domain/validation-rules';
import type { BatchRequest } from '../../../src/messages';
import { acceptRequest } from '../../../src/schemas/batch-request';
import { differingFields, fingerprintOf } from '../../../src/schemas/request-fingerprint';

function accept(validate?: unknown) {
  const request = {
    project: 'acme',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: 'gs://acme/in.jsonl',
    output: 'gs://acme/answers/',
    ...(validate !== undefined && { validate }),
  };
  return acceptRequest(request, 'summaries');
}

describe('how a run validates', () => {
  it('is the default where nothing is said, or the default is', () => {
    const said = { rules: { role: 'error', range: 'warning' }, maxProblems: 10_000, onError: 'fail', repair: [] };
    for (const validate of [undefined, {}, said]) {
      expect(accept(validate)).not.toHaveProperty('validate');
      expect(validationOf(accept(validate))).toEqual({ rules: {}, maxProblems: 10_000, onError: 'fail', repair: [] });
    }
  });

  it('keeps what differs from the default, in one order however it is written', () => {
    const accepted = accept({
      repair: ['spelling', 'blank-lines', 'spelling'],
      onError: 'quarantine',
      rules: { uri: 'off', role: 'warning', json: 'error' },
      maxProblems: 0,
    });
    expect(JSON.stringify(accepted.validate)).toBe(
      '{"rules":{"role":"warning","uri":"off"},"maxProblems":0,"onError":"quarantine","repair":["blank-lines","spelling"]}',
    );
  });

  it('matters to a second starter only where it differs from the default', () => {
    const plain = fingerprintOf(accept());
    expect(fingerprintOf(accept({ onError: 'fail' }))).toEqual(plain);
    expect(differingFields(plain, fingerprintOf(accept({ onError: 'quarantine' })))).toEqual(['validate']);
  });

  it.each<[string, unknown, string]>([
    ['no object', 'strict', 'validate must be an object such as {"onError": "quarantine"}, got "strict"'],
    ['an unknown field', { onerror: 'fail' }, 'unknown field validate.onerror, did you mean "onError"?'],
    ['an unknown rule', { rules: { rolle: 'off' } }, 'unknown field validate.rules.rolle, did you mean "role"?'],
    ['a list of rules', { rules: ['role'] }, 'validate.rules must be an object of rules and what to make of them'],
    [
      'an unknown setting',
      { rules: { 'mime-type': 'ignore' } },
      'validate.rules.mime-type must be "error", "warning" or "off", got "ignore"',
    ],
    ['too many problems', { maxProblems: 100_001 }, 'validate.maxProblems must be a whole number from 0 to 100000'],
    ['another end', { onError: 'skip' }, 'validate.onError must be "fail" or "quarantine", got "skip"'],
    [
      'a repair that nobody knows',
      { repair: ['bom'] },
      'validate.repair[0] must be one of "blank-lines", "byte-order-mark", "empty-search", "spelling", got "bom"',
    ],
  ])('cannot be %s', (_, validate, complaint) => {
    expect(() => accept(validate)).toThrow(complaint);
  });

  it.each([...FIXED_RULES])('cannot make anything else of %s than an error', (rule) => {
    expect(() => accept({ rules: { [rule]: 'off' } })).toThrow(
      `validate.rules.${rule} must stay "error", since a row that breaks it can't be read or accounted for, got "off"`,
    );
  });

  it('takes every repair that there is, by the name that the public type has', () => {
    const repair = [...REPAIRS] satisfies NonNullable<NonNullable<BatchRequest['validate']>['repair']>;
    expect(accept({ repair }).validate?.repair).toEqual(REPAIRS);
  });
});
