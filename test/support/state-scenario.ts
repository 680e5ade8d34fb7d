import type { ClockOption } from '../../src/emulator/clock';
import type { Scenario } from '../../src/emulator/scenario';

type Transition = NonNullable<Scenario['transitions']>[number];

/** Rows are done halfway when a state stays. */
const NEVER_REACHED: Transition = { state: 'JOB_STATE_EXPIRED', finishedShare: 0.5 };
const FOR_EVER_MS = 600_000;
/** A job has shown a state or two by then. */
const VANISHES_AFTER_MS = 250;
/** A job that is gone for some looks runs on meanwhile. */
const GONE_MEANWHILE_MS = 1_000;
const AGAIN_AND_AGAIN = 200;
const HOUR_MS = 3_600_000;
/** What the hours of a sequence take in all. */
const HOURS_LAST_MS = 1_000;
/** Longest that another state takes which doesn't stay. */
const STATE_MS = 50;

/** What the emulator does for a sequence of states, written as in the state table. */
export function scenarioOf(states: string): Scenario {
  const [before = '', after] = states.split(' cancel ');
  const words = before.split(' ').flatMap(repeated);
  const last = words.at(-1) ?? '';
  const transitions = words.filter((word) => !word.startsWith('gone')).map((word) => transitionOf(word));
  return {
    transitions: last.endsWith('…') ? [...withHold(transitions), NEVER_REACHED] : transitions,
    ...(after !== undefined && { cancel: cancelOf(after) }),
    ...(last === 'gone…' && { vanishAfterMs: VANISHES_AFTER_MS }),
    ...(words.includes('gone') && {
      durations: { JOB_STATE_RUNNING: GONE_MEANWHILE_MS },
      faults: [{ call: 'get', skip: 1, times: 2, fault: { kind: 'status', status: 404 } }],
    }),
  };
}

/** The service's time, in which hours pass within a second. */
export function clockOf(states: string): ClockOption {
  const hours = hoursIn(states);
  return hours === 0 ? 'real' : { scale: (hours * HOUR_MS) / HOURS_LAST_MS };
}

/** Hours that a job spends in states of which a sequence says for how long they last. */
export function hoursIn(states: string): number {
  return [...states.matchAll(/\((\d+)h\)/g)].reduce((sum, [, hours]) => sum + Number(hours), 0);
}

/** What a job needs for its states, other than those that stay, in milliseconds. */
export function serviceMsOf(states: string): number {
  const gone = states.includes('gone ') ? GONE_MEANWHILE_MS : 0;
  return states.split(' ').length * STATE_MS + (hoursIn(states) === 0 ? 0 : HOURS_LAST_MS) + gone;
}

/** `↻` stands for the two words before it, again and again. */
function repeated(word: string, place: number, words: readonly string[]): readonly string[] {
  if (word !== '↻') return [word];
  return Array.from({ length: AGAIN_AND_AGAIN }, () => words.slice(place - 2, place)).flat();
}

function transitionOf(word: string): Transition {
  const [, name = '', hours, code] = /^(\w+?)(?:\((?:(\d+)h|(\d+))\))?…?$/.exec(word) ?? [];
  const error = code === undefined ? {} : { error: { code: Number(code), message: 'as the case has it' } };
  return { state: `JOB_STATE_${name}`, ...error, ...(hours !== undefined && { ms: Number(hours) * HOUR_MS }) };
}

function withHold(transitions: readonly Transition[]): Transition[] {
  return transitions.map((transition, index) =>
    index === transitions.length - 1 ? { ...transition, hold: true } : transition,
  );
}

function cancelOf(states: string): NonNullable<Scenario['cancel']> {
  const [, end] = states.split(' ');
  return end === undefined ? { ms: FOR_EVER_MS } : { end: `JOB_STATE_${end}` };
}
