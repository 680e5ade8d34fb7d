import { markdownTable } from './markdown-table';
import { STATE_CASES, type StateCase } from './state-table';

const HEAD = [
  'the job goes through',
  'asked',
  'outcome',
  'reason',
  'rows finished',
  'kept',
  'jobs',
  'the wait ends by',
];

/** The table of docs/states.md: a sequence of states by row. */
export function stateTable(): string {
  return markdownTable([HEAD, ...STATE_CASES.map((state) => cellsOf(state))]);
}

function cellsOf(state: StateCase): string[] {
  const { states, asked = '', outcome, reason, answered, finished = answered, jobs = 1, endedBy } = state;
  const bound = /^\w+\.|^listingLag$/.test(endedBy) ? `\`${endedBy}\`` : endedBy;
  return [
    arrowed(states),
    asked,
    outcome,
    reason === null ? '' : `\`${reason}\``,
    finished,
    answered,
    String(jobs),
    bound,
  ];
}

function arrowed(states: string): string {
  return states
    .split(' ')
    .map((word) => (word === 'cancel' ? '**cancel**' : word))
    .join(' → ')
    .replace(' → ↻', ' ↻');
}
