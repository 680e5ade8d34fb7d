import { CLAIM_LABEL, claimKey } from '../domain/claim-key';
import type { Attempt } from './attempt';
import { findJob, writeOutcome, type JobGateways } from './claims';
import type { ClaimOutcome, DecideClaimInput, DecidedClaim } from './contract';

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
  const job = await findJob(gateways.jobs, decision.name, attempt.signal);
  if (job === null)
    return {
      kind: 'no-such-job',
      message: `${decision.name} doesn't exist; \`vertex-batch orphans\` or the console lists jobs`,
    };
  const key = claimKey(input.run.key, input.claim);
  if (job.labels[CLAIM_LABEL] !== key && !job.displayName.includes(key)) {
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

async function standing(gateways: JobGateways, outcome: ClaimOutcome, attempt: Attempt): Promise<DecidedClaim> {
  const job = outcome.kind === 'job' ? await findJob(gateways.jobs, outcome.name, attempt.signal) : null;
  return { kind: 'standing', outcome, job };
}
