import { randomUUID } from 'node:crypto';
import { CLAIM_LABEL, claimKey } from '../domain/claim-key';
import type { RunReference } from '../domain/accepted-request';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { VertexJob, VertexJobs, VertexParent } from '../gateways/vertex-jobs';
import type { ClaimOutcome, ClaimReference } from './contract';

export interface JobGateways {
  readonly store: ObjectStore;
  readonly jobs: VertexJobs;
}

/** A claim as it stands in the bucket. */
export interface StandingClaim {
  readonly claimedAt: string;
  readonly nonce: string;
  readonly digest: string;
}

function claimUri(run: RunReference, claim: ClaimReference): string {
  return `${run.directory}claims/${claimKey(run.key, claim)}.json`;
}

function outcomeUri(run: RunReference, claim: ClaimReference): string {
  return `${run.directory}claims/${claimKey(run.key, claim)}.outcome.json`;
}

/** Takes the claim, once in all time; `undefined` when it stands already. */
export async function takeClaim(
  store: ObjectStore,
  run: RunReference,
  claim: ClaimReference,
  digest: string,
): Promise<StandingClaim | undefined> {
  const nonce = randomUUID();
  const content = JSON.stringify({ claim: claimKey(run.key, claim), nonce, digest, execution: run.execution });
  try {
    const written = await store.write(claimUri(run, claim), content, {
      ifGenerationMatch: 0,
      contentType: 'application/json',
    });
    return { claimedAt: written.updated, nonce, digest };
  } catch (error) {
    if (!isGatewayError(error)) throw error;
    // where the answer to the write was lost, the nonce tells whose the claim is
    const standing = await readClaim(store, run, claim);
    if (standing?.nonce === nonce) return standing;
    if (isGatewayError(error, 'precondition')) return undefined;
    throw error;
  }
}

export async function readClaim(
  store: ObjectStore,
  run: RunReference,
  claim: ClaimReference,
): Promise<StandingClaim | undefined> {
  const found = await store.find(claimUri(run, claim));
  if (found === undefined) return undefined;
  const { nonce, digest } = (await readJson(store, found.uri)) as { nonce: string; digest: string };
  return { claimedAt: found.updated, nonce, digest };
}

export async function readOutcome(
  store: ObjectStore,
  run: RunReference,
  claim: ClaimReference,
): Promise<ClaimOutcome | undefined> {
  const found = await store.find(outcomeUri(run, claim));
  return found === undefined ? undefined : ((await readJson(store, found.uri)) as ClaimOutcome);
}

/** Notes how a claim was decided; the first decision stands and is returned. */
export async function writeOutcome(
  store: ObjectStore,
  run: RunReference,
  claim: ClaimReference,
  outcome: ClaimOutcome,
): Promise<ClaimOutcome> {
  try {
    await store.write(outcomeUri(run, claim), JSON.stringify(outcome), {
      ifGenerationMatch: 0,
      contentType: 'application/json',
    });
    return outcome;
  } catch (error) {
    if (!isGatewayError(error, 'precondition')) throw error;
    return (await readOutcome(store, run, claim)) ?? outcome;
  }
}

/** Jobs that carry the claim's label, compared by us and confirmed by a get, oldest first. */
export async function findClaimedJobs(
  jobs: VertexJobs,
  parent: VertexParent,
  key: string,
  signal: AbortSignal,
): Promise<VertexJob[]> {
  const found: VertexJob[] = [];
  for await (const listed of jobs.list(parent, `labels.${CLAIM_LABEL}=${key}`, {
    signal,
    timeoutMs: LOOK_TIMEOUT_MS,
  })) {
    if (listed.labels[CLAIM_LABEL] !== key) continue;
    const job = await findJob(jobs, listed.name, signal);
    if (job !== null) found.push(job);
  }
  return found.toSorted((one, other) => (one.createTime ?? '').localeCompare(other.createTime ?? ''));
}

/** The job, or null when the service has none of that name. */
export async function findJob(jobs: VertexJobs, name: string, signal: AbortSignal): Promise<VertexJob | null> {
  try {
    return await jobs.get(name, { signal, timeoutMs: LOOK_TIMEOUT_MS });
  } catch (error) {
    if (isGatewayError(error, 'not-found')) return null;
    throw error;
  }
}

const LOOK_TIMEOUT_MS = 30_000;

async function readJson(store: ObjectStore, uri: string): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(uri)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}
