import type { Scenario, Transition } from '../scenario';
import { isTerminal } from './job';

const DEFAULT_MS: Readonly<Record<string, number>> = {
  JOB_STATE_PENDING: 20,
  JOB_STATE_RUNNING: 40,
  JOB_STATE_CANCELLING: 10,
};

/** One state of a job's life and how long it lasts. */
export interface Step extends Transition {
  readonly ms: number;
}

export function durationOf(state: string, scenario: Scenario): number {
  return scenario.durations?.[state] ?? DEFAULT_MS[state] ?? 20;
}

/** The states that a job goes through when nobody intervenes. */
export function stepsOf(scenario: Scenario): Step[] {
  const transitions = scenario.transitions ?? defaultTransitions(scenario);
  return transitions.map((transition) => ({
    ...transition,
    ms: transition.ms ?? durationOf(transition.state, scenario),
  }));
}

/** The share of rows that are done when the last of these steps ends. */
export function finishedShareOf(steps: readonly Step[]): number {
  const last = steps.findLast((step) => isTerminal(step.state));
  return last?.finishedShare ?? (last === undefined || last.state === 'JOB_STATE_SUCCEEDED' ? 1 : 0.5);
}

function defaultTransitions(scenario: Scenario): Transition[] {
  const end = scenario.end ?? { state: 'JOB_STATE_SUCCEEDED' };
  const diesInQueue = end.state === 'JOB_STATE_EXPIRED' && (end.finishedShare ?? 0) === 0;
  const pending = { state: 'JOB_STATE_PENDING' };
  return diesInQueue ? [pending, end] : [pending, { state: 'JOB_STATE_RUNNING' }, end];
}
