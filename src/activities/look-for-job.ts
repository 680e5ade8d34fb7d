import { claimKey } from '../domain/claim-key';
import type { Attempt } from './attempt';
import { findClaimedJobs, findJob, readOutcome, writeOutcome, type JobGateways } from './claims';
import type { ClaimOutcome, LookedForJob, LookForJobInput, VertexJob } from './contract';

/** Looks for the jobs of a claim by label, through all pages; the first one found is noted beside the claim, and stays first. */
export async function lookForJob(
  gateways: JobGateways,
  input: LookForJobInput,
  attempt: Attempt,
): Promise<LookedForJob> {
  const outcome = await readOutcome(gateways.store, input.run, input.claim);
  const jobs = await findClaimedJobs(gateways.jobs, input, claimKey(input.run.key, input.claim), attempt.signal);
  const [oldest] = jobs;
  if (outcome !== undefined || input.onlyLook === true || oldest === undefined)
    return { jobs: await notedFirst(gateways, jobs, outcome, attempt), outcome: outcome ?? null };
  const noted = await writeOutcome(gateways.store, input.run, input.claim, { kind: 'job', name: oldest.name });
  return { jobs: await notedFirst(gateways, jobs, noted, attempt), outcome: noted };
}

/** The job that every execution takes for the claim's stands first, listed or not. */
async function notedFirst(
  gateways: JobGateways,
  jobs: readonly VertexJob[],
  outcome: ClaimOutcome | undefined,
  attempt: Attempt,
): Promise<readonly VertexJob[]> {
  if (outcome?.kind !== 'job') return jobs;
  const noted =
    jobs.find((job) => job.name === outcome.name) ?? (await findJob(gateways.jobs, outcome.name, attempt.signal));
  return noted === null ? jobs : [noted, ...jobs.filter((job) => job.name !== noted.name)];
}
