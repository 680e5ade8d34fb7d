import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phaseOfParts } from '../../../src/domain/part-phase';
import type { BatchPhase } from '../../../src/messages';

const PHASES = ['staging', 'submitting', 'waiting', 'collecting', 'settling', 'processing'] as const;

describe('the phase of a run with several parts', () => {
  it.each<[readonly BatchPhase[], BatchPhase]>([
    [[], 'finishing'],
    [['processing'], 'processing'],
    [['processing', 'waiting'], 'waiting'],
    [['staging', 'waiting', 'settling'], 'waiting'],
    [['collecting', 'staging'], 'staging'],
    [['settling', 'collecting'], 'collecting'],
  ])('whose parts are in %j is %s', (phases, phase) => {
    expect(phaseOfParts(phases)).toBe(phase);
  });

  it('is one that a part is in, whatever their order, and waiting while any waits', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PHASES), { minLength: 1, maxLength: 20 }), (phases) => {
        const phase = phaseOfParts(phases);
        expect(phases).toContain(phase);
        expect(phaseOfParts(phases.toReversed())).toBe(phase);
        if (phases.includes('waiting')) expect(phase).toBe('waiting');
      }),
    );
  });
});
