import { setTimeout as delay } from 'node:timers/promises';
import { BatchError } from '../domain/batch-error';
import type { LoadedPurpose } from '../domain/loaded-purpose';
import { GatewayError } from '../gateways/gateway-error';
import type { LoadJobs, LoadJobState, NewLoadJob } from '../gateways/load-jobs';
import { readJson } from '../rows/commits';
import { deadLetterColumns, deadLettersTableOf } from '../rows/tables/dead-letters-table';
import { findLoadTarget, LINE_COLUMNS } from '../rows/tables/result-tables';
import type { Attempt } from './attempt';
import type { LoadedTable, LoadTablesInput } from './contract';
import type { TableGateways } from './copy-table';
import type { Manifest, ManifestFile } from './finish-run';

export interface LoadGateways extends TableGateways {
  readonly loads: LoadJobs;
  /** Multiplies the pauses between looks. */
  readonly guard: { readonly timeScale: number };
}

/** Reasons of failed jobs that may pass, by BigQuery's page of error messages. */
const PASSING: ReadonlySet<string> = new Set([
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'jobRateLimitExceeded',
  'quotaExceeded',
  'rateLimitExceeded',
  'tableUnavailable',
]);

const FIRST_LOOK_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Loads what a run has written into tables of the caller's, each once in all time: the ids of the load jobs follow from the run, and
 * an id can be used once. After a load that failed, and loaded nothing, the next id is taken.
 */
export async function loadTables(
  gateways: LoadGateways,
  { run, project, manifestUri, tables }: LoadTablesInput,
  attempt: Attempt,
): Promise<readonly LoadedTable[]> {
  const { files } = await readJson<Manifest>(gateways.store, manifestUri, { signal: attempt.signal });
  const loaded: LoadedTable[] = [];
  for (const { purpose, uri: named } of tables) {
    const uri = purpose === 'dead-letters' ? deadLettersTableOf(named, run.key) : named;
    const sources = files.filter((file) => file.purpose === purpose);
    const rows = sources.length === 0 ? 0 : await load(gateways, { run, project, purpose, uri, sources }, attempt);
    loaded.push({ purpose, uri, rows });
  }
  return loaded;
}

interface Load extends Pick<LoadTablesInput, 'run' | 'project'> {
  readonly purpose: LoadedPurpose;
  readonly uri: string;
  readonly sources: readonly ManifestFile[];
}

async function load(gateways: LoadGateways, wanted: Load, attempt: Attempt): Promise<number> {
  const { run, project, purpose, uri: table, sources } = wanted;
  const sourceUris = sources.map(({ uri }) => uri);
  const rows = sources.reduce((sum, file) => sum + file.rows, 0);
  const { signal } = attempt;
  const { location, stands } = await findLoadTarget(gateways.tables, table, purpose, { signal });
  const columns = stands ? null : await columnsFor(gateways, wanted, attempt);
  for (let number = 1; ; number += 1) {
    const id = `vertex_batch_${run.key}_${purpose}_${number}`;
    const job = { project, id, location, sourceUris, table, columns };
    const begun = await gateways.loads.begin(job, { signal });
    const state = await ended(gateways, job, attempt);
    if (state.kind === 'loaded' && state.rows !== rows)
      attempt.log.warn(
        `${id} put ${state.rows} rows into ${table}, and the run has ${rows}: another execution loaded them.`,
      );
    if (state.kind === 'loaded') return state.rows;
    attempt.log.warn(`Load job ${id} failed, and loaded nothing: ${state.reason}, ${state.message}`);
    if (begun === 'begun') throw failure(job, state);
  }
}

/** Of a table that isn't there yet. */
async function columnsFor({ store }: LoadGateways, { purpose, sources }: Load, attempt: Attempt) {
  if (purpose !== 'dead-letters') return LINE_COLUMNS[purpose];
  return deadLetterColumns(store, sources, { signal: attempt.signal, heartbeat: () => attempt.heartbeat() });
}

/** Looks until the job has ended. */
async function ended(
  { loads, guard }: LoadGateways,
  job: NewLoadJob,
  attempt: Attempt,
): Promise<Exclude<LoadJobState, { kind: 'running' }>> {
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    attempt.heartbeat();
    const state = await loads.find(job, { signal: attempt.signal });
    if (state === undefined)
      throw new GatewayError('unavailable', `Load job ${job.id} was begun, and can't be seen yet in ${job.location}.`);
    if (state.kind !== 'running') return state;
    await delay(pauseMs * guard.timeScale, undefined, { signal: attempt.signal });
  }
}

function failure({ id, table }: NewLoadJob, { reason, message }: Extract<LoadJobState, { kind: 'failed' }>): Error {
  const text = `Load job ${id} into ${table} failed, and loaded nothing: ${reason}, ${message}`;
  return PASSING.has(reason)
    ? new GatewayError('unavailable', text)
    : new BatchError('InvalidRequest', `${text} Mend the table or its rights, and start the workflow id again.`);
}
