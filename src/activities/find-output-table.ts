import { BatchError } from '../domain/batch-error';
import { isTableUri } from '../gateways/bq-uri';
import { GatewayError } from '../gateways/gateway-error';
import type { StoredTable } from '../gateways/table-store';
import { readPlan } from '../rows/plan';
import type { JobOutputs } from '../rows/records';
import { claimOutputPrefix } from '../rows/work-paths';
import type { Attempt } from './attempt';
import type { FindOutputsInput, VertexJob } from './contract';
import { copyOutputTable } from './copy-output-table';
import type { TableGateways } from './copy-table';

/** `told`: `bq://project[.dataset[.table]]`, where the job was told to write. */
type OutputTableInput = Pick<FindOutputsInput, 'run' | 'planUri' | 'claim' | 'job'> & { readonly told: string };

type FoundTable = Pick<JobOutputs, 'files' | 'table'>;

const NO_ROWS: FoundTable = { files: [] };

/**
 * The rows that an ended job wrote into its table, as a file of JSON lines in the run's directory; none is an answer, too, unless the
 * job succeeded.
 * @throws {BatchError} `NotFound` for a job that succeeded and whose table isn't there
 */
export async function findOutputTable(
  gateways: TableGateways,
  { run, planUri, claim, job, told }: OutputTableInput,
  attempt: Attempt,
): Promise<FoundTable> {
  const uri = writtenTable(job, told);
  const table = uri === null ? undefined : await gateways.tables.find(uri, { signal: attempt.signal });
  if (table === undefined) return noTable(job, uri, attempt);
  if (table.isStreaming) throw stillStreaming(table);
  if (table.rows === 0) return NO_ROWS;
  const base = `${claimOutputPrefix(run, claim)}predictions`;
  const plan = await readPlan(gateways.store, planUri, { signal: attempt.signal });
  const rows = { plan, part: claim.part };
  return await copyOutputTable(gateways, table, base, rows, attempt, { changed: changedSince });
}

/** The table that the service names; else the one that the job was told to write, if it was told its name. */
function writtenTable({ outputDirectory }: VertexJob, told: string): string | null {
  return [outputDirectory ?? '', told].find(isTableUri) ?? null;
}

function noTable({ name, state }: VertexJob, uri: string | null, { log }: Attempt): FoundTable {
  const which = uri === null ? 'names no output table' : `wrote no table ${uri}, or it is deleted or expired`;
  if (state === 'JOB_STATE_SUCCEEDED') {
    throw new BatchError(
      'NotFound',
      `${name} succeeded and ${which}: its answers are paid for. Bring the table back, and start the workflow id again.`,
    );
  }
  log.info(`${name} ended ${state} and ${which}: none of its rows is kept.`);
  return NO_ROWS;
}

/** Nothing writes to it after the job's end but the service, which may be late. */
function changedSince(uri: string, cause?: unknown): Error {
  return new GatewayError('unavailable', `${uri} changed while the run read it; it is read again.`, { cause });
}

function stillStreaming({ uri }: StoredTable): GatewayError {
  return new GatewayError('unavailable', `${uri} has rows in its streaming buffer, which can't be read by index yet.`);
}
