import { CLAIM_LABEL, claimKey } from '../domain/claim-key';
import { outputTableOf } from '../rows/tables/output-table';
import { claimOutputPrefix } from '../rows/work-paths';
import { GatewayError, type GatewayErrorKind } from '../gateways/gateway-error';
import type { BatchReasonType } from '../messages';
import { REASON_TYPES } from './activity-failure';
import type { Attempt } from './attempt';
import {
  findClaimedJobs,
  findJob,
  readClaim,
  readOutcome,
  takeClaim,
  writeOutcome,
  type JobGateways,
  type StandingClaim,
} from './claims';
import type { SubmitJobInput, SubmittedJob } from './contract';
import { timeLimit } from './time-limit';

/** What a refused create is called in the run's result: that the service knows no such model is a refusal, too. */
const REFUSALS = {
  ...REASON_TYPES,
  'not-found': 'JobRefused',
  precondition: 'JobRefused',
  'invalid-request': 'JobRefused',
} as const satisfies Record<GatewayErrorKind, BatchReasonType>;

/** Before a claim is taken, what may pass is tried again: a right too, since the run had those it needed when it began. */
const MAY_PASS: ReadonlySet<GatewayErrorKind> = new Set(['unavailable', 'quota', 'unauthenticated', 'permission']);

/**
 * Creates the job of a claim. The claim is an object that can be written once; only the attempt that wrote it sends the POST,
 * and it sends one. Whoever comes later gets what stands, so scheduling this again can't pay twice.
 */
export async function submitJob(gateways: JobGateways, input: SubmitJobInput, attempt: Attempt): Promise<SubmittedJob> {
  const { store } = gateways;
  const { run, claim } = input;
  const isPast = timeLimit(input.requestTimeoutMs);
  try {
    const standing = await readClaim(store, run, claim);
    if (standing !== undefined) return await whatStands(gateways, input, standing, attempt);
    if (input.seal) return await seal(gateways, input, attempt);
    if (input.onlyStanding) return { kind: 'nothing-stands' };
    const [hidden] = await findClaimedJobs(gateways.jobs, input, claimKey(run.key, claim), attempt.signal);
    const mine = hidden === undefined ? await takeClaim(store, run, claim, input.digest) : undefined;
    if (mine !== undefined) {
      const isTooLate = attempt.signal.aborted || isPast();
      return isTooLate ? await noteFailure(gateways, input, mine, tooLate()) : await createOnce(gateways, input, mine);
    }
    // the claim of a job that another attempt has just created stands by the time that the job is listed
    const theirs = await readClaim(store, run, claim);
    if (theirs !== undefined) return await whatStands(gateways, input, theirs, attempt);
    if (hidden !== undefined) return { kind: 'taken', job: hidden };
    throw new GatewayError(
      'unavailable',
      `Cannot read claim ${claimKey(run.key, claim)} though it was refused as standing`,
    );
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return notTried(error);
  }
}

/** Whoever waits for an attempt past its time counts on it to send nothing any more. */
function tooLate(): GatewayError {
  return new GatewayError('unavailable', 'The attempt to create was given up before its request was sent', {
    effect: 'never-sent',
  });
}

/** Leaves nothing for a late attempt to take; what one took meanwhile is told. */
async function seal(gateways: JobGateways, input: SubmitJobInput, attempt: Attempt): Promise<SubmittedJob> {
  const mine = await takeClaim(gateways.store, input.run, input.claim, input.digest);
  if (mine === undefined) return await submitJob(gateways, { ...input, seal: false }, attempt);
  await writeOutcome(gateways.store, input.run, input.claim, { kind: 'abandoned', by: 'the run, which stopped' });
  return { kind: 'nothing-stands' };
}

async function createOnce(gateways: JobGateways, input: SubmitJobInput, mine: StandingClaim): Promise<SubmittedJob> {
  const key = claimKey(input.run.key, input.claim);
  try {
    const job = await gateways.jobs.create(
      input,
      {
        displayName: `${input.displayName} ${key}`,
        model: input.model,
        inputUris: input.inputUris,
        outputUri:
          input.outputTable === undefined
            ? claimOutputPrefix(input.run, input.claim)
            : outputTableOf(input.outputTable, key),
        labels: { ...input.labels, [CLAIM_LABEL]: key },
      },
      { timeoutMs: input.requestTimeoutMs },
    );
    return await noteCreated(gateways, input, job.name, { kind: 'created', job });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return await noteFailure(gateways, input, mine, error);
  }
}

/** A job that exists is reported even where noting it fails: a look by label finds it again. */
async function noteCreated(
  gateways: JobGateways,
  input: SubmitJobInput,
  name: string,
  created: SubmittedJob,
): Promise<SubmittedJob> {
  try {
    await writeOutcome(gateways.store, input.run, input.claim, { kind: 'job', name });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
  return created;
}

async function noteFailure(
  gateways: JobGateways,
  input: SubmitJobInput,
  mine: StandingClaim,
  error: GatewayError,
): Promise<SubmittedJob> {
  const unknown: SubmittedJob = { kind: 'unknown', claimedAt: mine.claimedAt, message: error.message };
  if (error.effect === 'unknown') return unknown;
  const refusal = {
    kind: 'refused',
    type: REFUSALS[error.kind],
    message: error.message,
    mayPass: error.effect === 'never-sent' || error.kind === 'quota',
  } as const;
  try {
    await writeOutcome(gateways.store, input.run, input.claim, refusal);
  } catch (storeError) {
    if (!(storeError instanceof GatewayError)) throw storeError;
    return unknown;
  }
  return { ...refusal, retryAfterMs: error.retryAfterMs ?? null };
}

/** A job that may be paid for isn't left alone because its claim can't be read: whatever the error, it may pass. */
async function whatStands(
  gateways: JobGateways,
  input: SubmitJobInput,
  claim: StandingClaim,
  attempt: Attempt,
): Promise<SubmittedJob> {
  try {
    return await standingClaim(gateways, input, claim, attempt);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { kind, message, retryAfterMs = null } = error;
    return { kind: 'not-tried', type: REFUSALS[kind], message, retryAfterMs };
  }
}

async function standingClaim(
  gateways: JobGateways,
  input: SubmitJobInput,
  claim: StandingClaim,
  attempt: Attempt,
): Promise<SubmittedJob> {
  const outcome = await readOutcome(gateways.store, input.run, input.claim);
  if (outcome === undefined) {
    return {
      kind: 'unknown',
      claimedAt: claim.claimedAt,
      message: 'the claim stands, and nobody noted what became of it',
    };
  }
  const job = outcome.kind === 'job' ? await findJob(gateways.jobs, outcome.name, attempt.signal) : null;
  return { kind: 'standing', claimedAt: claim.claimedAt, outcome, job };
}

function notTried(error: GatewayError): SubmittedJob {
  const { message, retryAfterMs = null } = error;
  const type = REFUSALS[error.kind];
  if (MAY_PASS.has(error.kind)) return { kind: 'not-tried', type, message, retryAfterMs };
  return { kind: 'refused', type, message, mayPass: false, retryAfterMs };
}
