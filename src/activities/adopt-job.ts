import { asDirectory } from '../domain/as-directory';
import { BatchError } from '../domain/batch-error';
import { CLAIM_LABEL } from '../domain/claim-key';
import { isOutputTableUri, isTableUri } from '../gateways/bq-uri';
import { isGatewayError } from '../gateways/gateway-error';
import type { VertexJobDescription } from '../gateways/vertex-jobs';
import { commitOnce, findRecord } from '../rows/commits';
import { type Plan, planUri } from '../rows/plan';
import type { Attempt } from './attempt';
import { findJob, readClaim, takeClaim, writeOutcome, type JobGateways } from './claims';
import type { AdoptedJob, AdoptionInput } from './contract';

/** Stands beside an adopted job's output, or below the run's where that is a table, since the service can't note on a job whose it is. */
interface Adoption {
  readonly job: string;
  readonly run: string;
  readonly directory: string;
}

/** The adopted job is the first round of the only part. */
const CLAIM = { part: 1, round: 1, attempt: 1 } as const;
/** As many characters of URIs as a request may have. */
const LONGEST_INPUT_LIST = 8_000;

/**
 * Takes over a job that somebody else created. It can be taken by one run only: a record beside its output says by which, and the
 * run's first claim says which job, so that every later execution finds it as one of its own.
 * @throws {BatchError} `InvalidRequest`, `JobTaken`, `WorkflowIdTaken`, and `JobVanished` once it was taken
 */
export async function adoptJob(gateways: JobGateways, input: AdoptionInput, attempt: Attempt): Promise<AdoptedJob> {
  const { store } = gateways;
  const { run } = input;
  const { signal } = attempt;
  const job = await describedJob(gateways, input, attempt);
  refuseOurs(job);
  const inputUris = inputOf(job, input.input);
  const outputUri = outputOf(job);
  const plan = await findRecord<Plan>(store, planUri(run), { signal });
  if (plan !== undefined && plan.keys.mode !== 'foreign') throw idTaken(`this workflow id has planned jobs of its own`);
  await take(gateways, input, job, outputUri, attempt);
  const { inputUris: _reads, outputUri: _writes, ...known } = job;
  return { job: known, inputUris, outputUri };
}

async function describedJob(
  { jobs, store }: JobGateways,
  { run, job: name, project, location }: AdoptionInput,
  { signal }: Attempt,
): Promise<VertexJobDescription> {
  const ofRequest = name.replace(/^projects\/[^/]+\/locations\/[^/]+\//, `projects/${project}/locations/${location}/`);
  try {
    const job = await jobs.describe(ofRequest, { signal });
    // a project has an id and a number, and only the service knows which belong together
    const isSame = ofRequest === name || (await findJob(jobs, name, signal))?.name === job.name;
    if (isSame) return job;
  } catch (error) {
    if (!isGatewayError(error, 'not-found')) throw error;
    if ((await readClaim(store, run, CLAIM)) !== undefined) {
      throw new BatchError('JobVanished', `the service has no job ${name} any more`, { cause: error });
    }
  }
  throw new BatchError(
    'InvalidRequest',
    `adopt.job ${name} is no job of project ${project} in ${location}; give project and location of the job, or look in the console for its name`,
  );
}

function refuseOurs({ name, displayName, labels }: VertexJobDescription): void {
  const claim = labels[CLAIM_LABEL];
  if (claim === undefined) return;
  throw new BatchError(
    'JobTaken',
    `${name} (${displayName}) belongs to the run that created it, as its label ${CLAIM_LABEL} ${claim} says; start that run's workflow id again, and it goes on with the job`,
  );
}

/** The URIs that the job reads; the request can name them, and no others. */
function inputOf({ name, inputUris }: VertexJobDescription, asked: readonly string[]): readonly string[] {
  const reads = inputUris.join(', ');
  const isTable = inputUris.length === 1 && isTableUri(reads);
  if (inputUris.length === 0 || (!isTable && inputUris.some((uri) => !uri.startsWith('gs://')))) {
    throw invalid(
      `${name} reads ${reads || 'no objects in Cloud Storage'}, and a run can only adopt a job that reads JSONL from gs://, or a table`,
    );
  }
  if (reads.length > LONGEST_INPUT_LIST) {
    throw invalid(
      `${name} reads ${inputUris.length} URIs, more than fit into a workflow's history; use vertex-batch collect`,
    );
  }
  if (asked.length > 0 && !sameNames(asked, inputUris)) {
    throw invalid(
      `input ${asked.join(', ')} isn't what ${name} reads, which is ${reads}; leave input out, or use vertex-batch collect for a copy of it`,
    );
  }
  return inputUris;
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.every((name) => other.includes(name)) && other.every((name) => one.includes(name));
}

function outputOf({ name, outputUri }: VertexJobDescription): string {
  if (outputUri?.startsWith('gs://') === true) return asDirectory(outputUri);
  if (outputUri !== null && isOutputTableUri(outputUri)) return outputUri;
  throw invalid(
    `${name} writes to ${outputUri ?? 'nowhere'}, and a run can only adopt a job that writes JSONL to gs://, or a table`,
  );
}

async function take(
  { store }: JobGateways,
  { run, output }: AdoptionInput,
  { name }: VertexJobDescription,
  outputUri: string,
  { signal }: Attempt,
): Promise<void> {
  // beside a table there is no place for a record
  const place = outputUri.startsWith('gs://') ? outputUri : (output ?? run.directory);
  const adoptionUri = `${place}vertex-batch-adopted-${name.slice(name.lastIndexOf('/') + 1)}.json`;
  const adoption: Adoption = { job: name, run: run.key, directory: run.directory };
  const { record } = await commitOnce(store, adoptionUri, adoption, { signal });
  if (record.run !== run.key) {
    throw new BatchError(
      'JobTaken',
      `${name} was adopted by the run in ${record.directory}; start that run's workflow id again, or delete ${adoptionUri} if it was given up`,
    );
  }
  const digest = `adopted ${name}`;
  const claim = (await takeClaim(store, run, CLAIM, digest)) ?? (await readClaim(store, run, CLAIM));
  if (claim?.digest !== digest) throw idTaken('this workflow id has sent a job of its own');
  const outcome = await writeOutcome(store, run, CLAIM, { kind: 'job', name });
  if (outcome.kind !== 'job' || outcome.name !== name) throw idTaken('this workflow id has another job');
}

function invalid(message: string): BatchError {
  return new BatchError('InvalidRequest', message);
}

function idTaken(why: string): BatchError {
  return new BatchError('WorkflowIdTaken', `${why}; adopt under another workflow id, or a higher rerun`);
}
