import { WorkflowNotFoundError } from '@temporalio/client';
import { CLAIM_LABEL, parseClaimKey } from '../../domain/claim-key';
import { isTerminal } from '../../domain/job-state';
import { VERTEX_BATCH_WORKFLOW } from '../../messages';
import type { VertexJobDescription, VertexJobs, VertexParent } from '../../gateways/vertex-jobs';
import { runOfJob, type RunOfJob } from '../../run-identity';
import { progressIn } from '../../client/run-status';
import type { TemporalSession } from '../temporal-session';

/** What became of the run that created a job. */
export type Ownership =
  /** It is open and sees to the job. */
  | ({ readonly kind: 'owned' } & RunOfJob)
  /** It has closed, by Temporal's word, or Temporal doesn't know it (any more). */
  | ({ readonly kind: 'gone'; readonly execution: string } & RunOfJob)
  /** The job carries our label, and nothing that tells a run of this namespace. */
  | { readonly kind: 'unknown' };

/** A job that hasn't ended, and whose it is. */
export interface LabelledJob {
  readonly job: VertexJobDescription;
  readonly claim: string;
  readonly run: Ownership;
}

/** The jobs with our label that haven't ended. What the listing says is compared by us and confirmed by a get. */
export async function* findLabelledJobs(
  jobs: VertexJobs,
  parent: VertexParent,
  session: TemporalSession,
): AsyncGenerator<LabelledJob, void, undefined> {
  for await (const listed of jobs.list(parent, `labels.${CLAIM_LABEL}:*`)) {
    const claim = listed.labels[CLAIM_LABEL];
    if (claim === undefined || isTerminal(listed.state)) continue;
    const job = await jobs.describe(listed.name);
    if (!isTerminal(job.state)) yield { job, claim, run: await ownershipOf(job, claim, session) };
  }
}

/** Asks Temporal whether the run that the job's label leads to is open. */
export async function ownershipOf(
  job: VertexJobDescription,
  claim: string,
  { client, target }: TemporalSession,
): Promise<Ownership> {
  const runKey = parseClaimKey(claim)?.runKey;
  if (runKey === undefined) return { kind: 'unknown' };
  const run = runOfJob({ ...job, runKey, namespace: target.namespace });
  if (run === undefined) return { kind: 'unknown' };
  try {
    const latest = await client.workflow.getHandle(run.workflowId).describe();
    const { request } = progressIn(latest.memo, latest.workflowId, latest.startTime);
    const isOfThisJob = latest.type === VERTEX_BATCH_WORKFLOW && (request?.rerun ?? run.rerun) === run.rerun;
    // a status that Temporal adds later counts as open
    const isOpen = !CLOSED.has(latest.status.name);
    if (isOpen && isOfThisJob) return { kind: 'owned', ...run };
    return { kind: 'gone', execution: isOpen ? 'REPLACED' : latest.status.name, ...run };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: 'gone', execution: 'NOT_FOUND', ...run };
    throw error;
  }
}

const CLOSED: ReadonlySet<string> = new Set([
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'TIMED_OUT',
  'CONTINUED_AS_NEW',
]);
