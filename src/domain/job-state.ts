/** What a job's state means for a run that waits for it. */
export type JobPhase = 'queued' | 'running' | 'paused' | 'cancelling' | 'ended';

const PHASES: Readonly<Record<string, JobPhase>> = {
  JOB_STATE_UNSPECIFIED: 'queued',
  JOB_STATE_QUEUED: 'queued',
  JOB_STATE_PENDING: 'queued',
  JOB_STATE_RUNNING: 'running',
  JOB_STATE_UPDATING: 'running',
  JOB_STATE_PAUSED: 'paused',
  JOB_STATE_CANCELLING: 'cancelling',
  JOB_STATE_SUCCEEDED: 'ended',
  JOB_STATE_PARTIALLY_SUCCEEDED: 'ended',
  JOB_STATE_FAILED: 'ended',
  JOB_STATE_CANCELLED: 'ended',
  JOB_STATE_EXPIRED: 'ended',
};

/** The phase of a state. A state that Vertex adds later counts as still running. */
export function phaseOf(state: string): JobPhase {
  return isKnownState(state) ? (PHASES[state] ?? 'running') : 'running';
}

/** Whether the service will never change the state again. */
export function isTerminal(state: string): boolean {
  return phaseOf(state) === 'ended';
}

export function isKnownState(state: string): boolean {
  return Object.hasOwn(PHASES, state);
}

/** `JOB_STATE_RUNNING` as people read it: `RUNNING`. */
export function shortState(state: string): string {
  return state.replace(/^JOB_STATE_/, '');
}
