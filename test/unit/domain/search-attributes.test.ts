import { describe, expect, it } from 'vitest';
import { registrationCommand, SEARCH_ATTRIBUTES, searchAttributesOf } from '../../../src/domain/search-attributes';
import { NO_BOOKS } from '../../../src/domain/outcome';
import type { Attention } from '../../../src/messages';

const OPEN = { phase: 'waiting', attention: null } as const;
const ATTENTION: Attention = {
  type: 'SubmissionUnknown',
  message: 'nobody knows',
  since: '2026-11-22T03:14:00Z',
  until: null,
  part: 1,
  claim: null,
  actions: ['adoptJob'],
};

describe('searchAttributesOf', () => {
  it('says of an open run what it waits for', () => {
    const model = 'publishers/google/models/gemini-2.5-flash';
    expect(searchAttributesOf({ ...OPEN, attention: ATTENTION }, model)).toEqual({
      VertexBatchState: 'waiting',
      VertexBatchModel: 'gemini-2.5-flash',
      VertexBatchOutcome: null,
      VertexBatchAttention: 'SubmissionUnknown',
    });
  });

  it('says of a closed run how it ended', () => {
    const closed = { outcome: 'partial', reason: null, rows: { input: 0, ...NO_BOOKS }, manifest: null } as const;
    expect(searchAttributesOf({ phase: 'closed', attention: null, closed }, undefined)).toEqual({
      VertexBatchState: 'closed',
      VertexBatchModel: null,
      VertexBatchOutcome: 'partial',
      VertexBatchAttention: null,
    });
  });

  it('calls a tuned model by its whole name', () => {
    const tuned = 'projects/acme/locations/us-central1/models/1234';
    expect(searchAttributesOf(OPEN, tuned).VertexBatchModel).toBe(tuned);
  });
});

describe('registrationCommand', () => {
  it('names each attribute with its type', () => {
    expect(registrationCommand('prod', ['VertexBatchState', 'VertexBatchModel'])).toBe(
      'temporal operator search-attribute create --namespace prod --name VertexBatchState --type Keyword --name VertexBatchModel --type Keyword',
    );
    for (const name of SEARCH_ATTRIBUTES) expect(registrationCommand('prod')).toContain(`--name ${name} `);
  });
});
