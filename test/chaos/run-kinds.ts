import type { StartRequest } from '../../src/client';
import { CLAIM_LABEL, parseClaimKey } from '../../src/domain/claim-key';
import type { Answer } from '../../src/emulator';
import { prompt } from '../support/prompts';

/** The plugin's `jobLimits.rows`. */
export const ROWS_A_JOB = 100;

/** Where runs have their directories. */
export const WORKSPACE = 'gs://acme/out/';

/** What a run has for input, and what it asks for beside that. */
interface RunShape {
  readonly rows: number;
  /** `plain` every row is answered · `mixed` some are refused in the first job, some in every one, some are blocked. */
  readonly fates: 'plain' | 'mixed';
  /** `numbers` are keys that the service may change, so that the run sends a copy. */
  readonly keys?: 'words' | 'numbers';
  readonly input: 'files' | 'table';
  readonly output: 'files' | 'table';
  /** Every so many rows there is one that breaks a rule. */
  readonly brokenEvery?: number;
  /** Its rows are loaded into tables of the caller's. */
  readonly isLoaded?: boolean;
  readonly request?: Partial<StartRequest>;
}

const SHAPES = {
  'one-job': { rows: 100, fates: 'plain', input: 'files', output: 'files' },
  'another-round': { rows: 90, fates: 'mixed', input: 'files', output: 'files' },
  'several-parts': { rows: 210, fates: 'mixed', input: 'files', output: 'files' },
  staged: { rows: 80, fates: 'plain', keys: 'numbers', input: 'files', output: 'files' },
  canary: { rows: 90, fates: 'plain', input: 'files', output: 'files', request: { canary: 20 } },
  quarantine: {
    rows: 90,
    fates: 'mixed',
    input: 'files',
    output: 'files',
    brokenEvery: 40,
    request: { validate: { onError: 'quarantine' } },
  },
  'table-to-files': { rows: 90, fates: 'mixed', input: 'table', output: 'files' },
  'files-to-table': { rows: 90, fates: 'mixed', input: 'files', output: 'table' },
  'table-to-table': { rows: 150, fates: 'mixed', input: 'table', output: 'table' },
  loaded: { rows: 90, fates: 'mixed', input: 'files', output: 'files', isLoaded: true },
} as const satisfies Record<string, RunShape>;

/** What a run is like: its input, where its jobs write, and what it has to do on the way. */
export type RunKind = keyof typeof SHAPES;

export const RUN_KINDS = Object.keys(SHAPES) as RunKind[];

/** The tables that a run loads its rows into, or none. */
export function loadedTablesOf(
  kind: RunKind,
  workflowId: string,
): Pick<StartRequest, 'resultsTable' | 'errorsTable' | 'deadLettersTable'> {
  if (shapeOf(kind).isLoaded !== true) return {};
  const name = workflowId.replaceAll('-', '_');
  return {
    resultsTable: `bq://chaos.loaded.results_${name}`,
    errorsTable: `bq://chaos.loaded.errors_${name}`,
    deadLettersTable: `bq://chaos.loaded.dead_letters_${name}`,
  };
}

/** What is asked of a run of this kind, beside its id. */
export function requestOf(
  kind: RunKind,
  workflowId: string,
): Pick<StartRequest, 'input' | 'output'> & Partial<StartRequest> {
  const { output, request } = shapeOf(kind);
  return {
    input: inputUriOf(kind),
    ...(output === 'files' ? { output: WORKSPACE } : { output: 'bq://chaos.answers.rows', workspace: WORKSPACE }),
    ...loadedTablesOf(kind, workflowId),
    ...request,
  };
}

export function inputUriOf(kind: RunKind): string {
  return shapeOf(kind).input === 'files'
    ? `gs://acme/in/${kind}.jsonl`
    : `bq://chaos.prompts.${kind.replaceAll('-', '_')}`;
}

export function inputOf(kind: RunKind): { readonly key: string; readonly request: object }[] {
  const { rows, keys = 'words', brokenEvery } = shapeOf(kind);
  return Array.from({ length: rows }, (_, row) => {
    const key = keys === 'numbers' ? String(row) : `p-${row}`;
    if (brokenEvery !== undefined && row % brokenEvery === 1) return { key, request: { contents: [] } };
    return prompt(key, `${fateOf(kind, row)} ${kind} ${row}`);
  });
}

function shapeOf(kind: RunKind): RunShape {
  return SHAPES[kind];
}

/** Words in a prompt that `fatefulModel` acts on. */
const REFUSED_ONCE = 'refused-once';
const REFUSED = 'always-refused';
const BLOCKED = 'always-blocked';

function fateOf(kind: RunKind, row: number): string {
  if (shapeOf(kind).fates === 'plain') return 'Tell me about';
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
