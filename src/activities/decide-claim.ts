import { CLAIM_LABEL, claimKey } from '../domain/claim-key';
import { isGatewayError } from '../gateways/gateway-error';
import type { Attempt } from './attempt';
import { findJob, writeOutcome, type JobGateways } from './claims';
import type { ClaimOutcome, DecideClaimInput, DecidedClaim, VertexJob } from './contract';

/** Notes an operator's word beside a claim that nobody else could decide. The first decision stands. */
export async function decideClaim(
  gateways: JobGateways,
  input: DecideClaimInput,
  attempt: Attempt,
): Promise<DecidedClaim> {
  const { decision } = input;
  if (decision.kind === 'abandon') {
    const outcome = await writeOutcome(gateways.store, input.run, input.claim, { kind: 'abandoned', by: decision.by });
    return outcome.kind === 'abandoned' ? { kind: 'abandoned' } : standing(gateways, outcome, attempt);
  }
  const job = await namedJob(gateways, decision.name, attempt);
  if (typeof job === 'string') return { kind: 'no-such-job', message: job };
  const key = claimKey(input.run.key, input.claim);
  if (!isOfClaim(job, key)) {
    return {
      kind: 'no-such-job',
      message: `${decision.name} is not a job of claim ${key}: its label ${CLAIM_LABEL} is ${JSON.stringify(job.labels[CLAIM_LABEL] ?? null)}`,
    };
  }
  const outcome = await writeOutcome(gateways.store, input.run, input.claim, { kind: 'job', name: job.name });
  return outcome.kind === 'job' && outcome.name === job.name
    ? { kind: 'adopted', job }
    : standing(gateways, outcome, attempt);
}

/** The job, or why the operator's name for it leads nowhere: that is his to mend, and no failure of the run. */
async function namedJob(gateways: JobGateways, name: string, attempt: Attempt): Promise<VertexJob | string> {
  try {
    const job = await findJob(gateways.jobs, name, attempt.signal);
    return job ?? `${name} doesn't exist; the console lists the jobs of the project`;
  } catch (error) {
    if (isGatewayError(error, 'invalid-request', 'permission')) return error.message;
    throw error;
  }
}

/** By its label; a copy that somebody made without labels by the end of its display name. */
function isOfClaim(job: VertexJob, key: string): boolean {
  const label = job.labels[CLAIM_LABEL];
  return label === undefined ? job.displayName.endsWith(` ${key}`) : label === key;
}

async function standing(gateways: JobGateways, outcome: ClaimOutcome, attempt: Attempt): Promise<DecidedClaim> {
  const job = outcome.kind === 'job' ? await findJob(gateways.jobs, outcome.name, attempt.signal) : null;
  return { kind: 'standing', outcome, job };
}
