import { CLAIM_LABEL, parseClaimKey } from '../../src/domain/claim-key';
import type { Answer } from '../../src/emulator';
import { prompt } from '../support/prompts';

export const RUN_KINDS = ['one-job', 'another-round', 'several-parts', 'staged'] as const;

/**
 * `one-job` every row is answered · `another-round` some rows are refused in the first job, some in every one, some are blocked ·
 * `several-parts` more rows than a job takes · `staged` keys that look like numbers, so that the run sends a copy.
 */
export type RunKind = (typeof RUN_KINDS)[number];

/** The plugin's `jobLimits.rows`. */
export const ROWS_A_JOB = 200;

const ROWS: Readonly<Record<RunKind, number>> = {
  'one-job': 200,
  'another-round': 180,
  'several-parts': 350,
  staged: 120,
};

export function inputUriOf(kind: RunKind): string {
  return `gs://acme/in/${kind}.jsonl`;
}

export function inputOf(kind: RunKind): object[] {
  return Array.from({ length: ROWS[kind] }, (_, row) =>
    prompt(kind === 'staged' ? String(row) : `p-${row}`, `${fateOf(kind, row)} ${kind} ${row}`),
  );
}

/** Words in a prompt that `fatefulModel` acts on. */
const REFUSED_ONCE = 'refused-once';
const REFUSED = 'always-refused';
const BLOCKED = 'always-blocked';

function fateOf(kind: RunKind, row: number): string {
  if (kind !== 'another-round') return 'Tell me about';
  if (row % 9 === 0) return REFUSED_ONCE;
  if (row % 31 === 0) return REFUSED;
  return row % 23 === 0 ? BLOCKED : 'Tell me about';
}

/** Answers what the row says; the round is in the label that each job carries. */
export const fatefulModel: Answer = (row, { labels }) => {
  const text = JSON.stringify(row.request);
  if (text.includes(BLOCKED)) return { blockReason: 'PROHIBITED_CONTENT' };
  const round = parseClaimKey(labels[CLAIM_LABEL] ?? '')?.round ?? 1;
  if (text.includes(REFUSED) || (text.includes(REFUSED_ONCE) && round === 1)) return { status: 503 };
  return undefined;
};
