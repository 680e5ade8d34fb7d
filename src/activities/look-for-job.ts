import { claimKey } from '../domain/claim-key';
import type { Attempt } from './attempt';
import { findClaimedJobs, findJob, readOutcome, writeOutcome, type JobGateways } from './claims';
import type { LookedForJob, LookForJobInput } from './contract';

/** Looks for the jobs of a claim by label, through all pages; the first one found is noted beside the claim. */
export async function lookForJob(
  gateways: JobGateways,
  input: LookForJobInput,
  attempt: Attempt,
): Promise<LookedForJob> {
  const outcome = await readOutcome(gateways.store, input.run, input.claim);
  const jobs = await findClaimedJobs(gateways.jobs, input, claimKey(input.run.key, input.claim), attempt.signal);
  if (outcome?.kind === 'job' && !jobs.some((job) => job.name === outcome.name)) {
    const noted = await findJob(gateways.jobs, outcome.name, attempt.signal);
    if (noted !== null) jobs.unshift(noted);
  }
  if (outcome !== undefined || input.onlyLook === true || jobs[0] === undefined)
    return { jobs, outcome: outcome ?? null };
  return {
    jobs,
    outcome: await writeOutcome(gateways.store, input.run, input.claim, { kind: 'job', name: jobs[0].name }),
  };
}
