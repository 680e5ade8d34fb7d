import type { BatchPhase } from '../messages';

const IN_ORDER = [
  'waiting',
  'resolving',
  'validating',
  'planning',
  'staging',
  'submitting',
  'collecting',
  'settling',
  'processing',
  'finishing',
  'closed',
] as const satisfies readonly BatchPhase[];

/** The phase of a run whose parts are in these: it waits while any of them waits, else it is where the hindmost one is. */
export function phaseOfParts(phases: readonly BatchPhase[]): BatchPhase {
  return IN_ORDER.find((phase) => phases.includes(phase)) ?? 'finishing';
}
