import { describe, expect, it } from 'vitest';
import { isKnownState, isTerminal, phaseOf, shortState } from '../../../src/domain/job-state';

describe('a job’s state', () => {
  it.each([
    ['JOB_STATE_UNSPECIFIED', 'queued'],
    ['JOB_STATE_QUEUED', 'queued'],
    ['JOB_STATE_PENDING', 'queued'],
    ['JOB_STATE_RUNNING', 'running'],
    ['JOB_STATE_UPDATING', 'running'],
    ['JOB_STATE_PAUSED', 'paused'],
    ['JOB_STATE_CANCELLING', 'cancelling'],
    ['JOB_STATE_SUCCEEDED', 'ended'],
    ['JOB_STATE_PARTIALLY_SUCCEEDED', 'ended'],
    ['JOB_STATE_FAILED', 'ended'],
    ['JOB_STATE_CANCELLED', 'ended'],
    ['JOB_STATE_EXPIRED', 'ended'],
  ])('%s is %s', (state, phase) => {
    expect(phaseOf(state)).toBe(phase);
    expect(isTerminal(state)).toBe(phase === 'ended');
    expect(isKnownState(state)).toBe(true);
  });

  it.each(['JOB_STATE_DREAMING', '', 'toString', '__proto__', 'constructor'])(
    'that Google adds later counts as running: %j',
    (state) => {
      expect(phaseOf(state)).toBe('running');
      expect(isTerminal(state)).toBe(false);
      expect(isKnownState(state)).toBe(false);
    },
  );

  it('reads shorter without its prefix', () => {
    expect(shortState('JOB_STATE_PARTIALLY_SUCCEEDED')).toBe('PARTIALLY_SUCCEEDED');
    expect(shortState('SOMETHING')).toBe('SOMETHING');
  });
});
