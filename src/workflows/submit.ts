import { condition, patched, sleep } from '@temporalio/workflow';
import type { AcceptedRun, ClaimOutcome, ClaimReference, DecidedClaim, VertexJob } from '../activities/contract';
import { claimKey } from '../domain/claim-key';
import type { BatchReason } from '../messages';
import type { OpenClaim, OperatorDesk } from './operator-desk';
import type { RunState } from './run-state';
import { RunStopped } from './run-stopped';
import { isTimeout, schedule, step } from './steps';

/** What is sent for a round of a part. */
export interface Submission {
  readonly part: number;
  readonly round: number;
  readonly inputUris: readonly string[];
  readonly digest: string;
  /** Take what an earlier execution or attempt left, and create nothing. */
  readonly onlyStanding: boolean;
}

export interface Submitted {
  readonly job: VertexJob;
  readonly claim: ClaimReference;
  /** The job was created by an earlier execution of this id, or found by an operator. */
  readonly adopted: boolean;
}

/** Ready to look whether anything else was decided about a claim meanwhile. */
type Resolution = { readonly kind: 'job'; readonly job: VertexJob } | { readonly kind: 'next' };

const SHORTEST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 600_000;
/** Failures in a row after which a person should know. */
const ATTENTION_AFTER = 3;

/**
 * Gets the one job of a round: walks the claims from the first, adopts what stands, creates where nothing stands, and never
 * goes past a claim of which nobody knows what became. `undefined` when nothing stands and nothing may be created.
 */
export async function submit(
  run: RunState,
  accepted: AcceptedRun,
  desk: OperatorDesk,
  submission: Submission,
): Promise<Submitted | undefined> {
  for (let attempt = 1, failures = 0; ;) {
    const claim = { part: submission.part, round: submission.round, attempt };
    const answer = await askOnce(run, accepted, submission, claim);
    switch (answer.kind) {
      case 'created':
        return { job: answer.job, claim, adopted: false };
      case 'nothing-stands':
        if (run.stop !== undefined) throw new RunStopped(run.stop.reason);
        return undefined;
      case 'taken':
        throw new RunStopped(takenReason(answer.job));
      case 'unknown': {
        const found = await resolveUnknown(run, accepted, desk, claim, answer.claimedAt, answer.message);
        if (found.kind === 'job') return { job: found.job, claim, adopted: true };
        attempt += 1;
        break;
      }
      case 'standing':
        if (answer.outcome.kind === 'job')
          return { job: standingJob(answer.job, answer.outcome), claim, adopted: true };
        attempt += 1;
        break;
      case 'refused':
        if (answer.mayPass) attempt += 1;
        // the same claim again: it stands as refused, and what is read there leads on to the next
        else if (!(await mayBeGivenBack(run, submission.part, answer.type)))
          throw new RunStopped({ type: answer.type, message: answer.message });
        failures += 1;
        await delay(run, submission.part, failures, answer);
        break;
      case 'not-tried':
        failures += 1;
        await delay(run, submission.part, failures, answer);
        break;
      default:
        answer satisfies never;
    }
  }
}

/**
 * Schedules the activity until it answers; a lost attempt is asked for again, which is always safe. Once the run stops, a claim that
 * an attempt may have taken is still seen through, and one that none has taken is sealed against attempts that come late.
 */
async function askOnce(run: RunState, accepted: AcceptedRun, submission: Submission, claim: ClaimReference) {
  const { request, timing } = accepted;
  for (let isFirst = true; ; isFirst = false) {
    if (isFirst && run.stop !== undefined) throw new RunStopped(run.stop.reason);
    const seal = run.stop !== undefined;
    try {
      return await schedule(
        'vertexBatchSubmitJob',
        {
          run: accepted.run,
          project: request.project,
          location: request.location,
          claim,
          digest: submission.digest,
          model: request.model,
          displayName: request.displayName,
          labels: request.labels,
          inputUris: submission.inputUris,
          ...(request.outputTable !== undefined && { outputTable: request.outputTable }),
          requestTimeoutMs: Math.round(timing.submitMs / 2),
          onlyStanding: submission.onlyStanding || seal,
          seal,
        },
        {
          summary: `Create the job of ${claimText(claim)}`,
          startToCloseTimeout: timing.submitMs,
          heartbeatTimeout: timing.heartbeatMs,
        },
      );
    } catch (error) {
      if (!isTimeout(error)) throw error;
    }
  }
}

/** A create that is refused for want of a right ends the run as long as nothing is paid; where a job was created the right may be given back. */
async function mayBeGivenBack(run: RunState, part: number, type: BatchReason['type']): Promise<boolean> {
  return type === 'PermissionDenied' && patched('wait-for-rights-once-paid') && (await run.isPaid(part));
}

async function delay(
  run: RunState,
  part: number,
  failures: number,
  answer: { readonly type: BatchReason['type']; readonly message: string; readonly retryAfterMs: number | null },
): Promise<void> {
  const ms = answer.retryAfterMs ?? Math.min(SHORTEST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
  const key = `submit part ${part}`;
  if (failures >= ATTENTION_AFTER) {
    run.raise(key, {
      type: answer.type,
      message: answer.message,
      until: null,
      part,
      claim: null,
      actions: ['cancelBatch'],
    });
  }
  await run.pause(ms, `Until the next try to create: ${answer.message}`.slice(0, 150));
  run.clear(key);
}

/** A claim whose create may have been carried out: look, and go on looking, until somebody knows. */
async function resolveUnknown(
  run: RunState,
  accepted: AcceptedRun,
  desk: OperatorDesk,
  claim: ClaimReference,
  claimedAt: string,
  message: string,
): Promise<Resolution> {
  const { request, timing } = accepted;
  const key = claimKey(accepted.run.key, claim);
  // the claim is dated by the bucket's clock, and one that is off from Temporal's would end the look early, or never
  const since = patched('look-by-temporals-clock') ? Date.now() : Date.parse(claimedAt);
  const until = since + timing.submitMs + request.listingLagMs;
  const open = desk.open(key);
  try {
    for (;;) {
      const resolution = await lookOnce(run, accepted, claim);
      if (resolution !== undefined) return resolution;
      const word = open.word;
      if (word !== undefined) {
        const decided = await decide(run, accepted, claim, open, word);
        if (decided !== undefined) return decided;
      }
      const lookIsOver = Date.now() >= until;
      if (lookIsOver && request.onUnknown === 'resubmit')
        return await abandon(run, accepted, claim, 'onUnknown: resubmit');
      if (lookIsOver && run.stop !== undefined) throw new RunStopped(unknownReason(key, message));
      if (lookIsOver) askOperator(run, open, claim, key, message);
      await waitForWord(run, open, lookIsOver, timing.lookIntervalMs);
    }
  } finally {
    run.clear(key);
    open.close();
  }
}

async function waitForWord(run: RunState, open: OpenClaim, lookIsOver: boolean, lookIntervalMs: number): Promise<void> {
  if (run.stop !== undefined) return await sleep(lookIntervalMs, { summary: 'Until the next look for the job' });
  // after the look is over a job may still turn up in a listing, but that is rare: look seldom
  const interval = lookIsOver ? lookIntervalMs * 20 : lookIntervalMs;
  const looks = run.looksAsked;
  await condition(() => open.word !== undefined || run.stop !== undefined || run.looksAsked > looks, interval, {
    summary: 'Until the next look for the job',
  });
}

async function lookOnce(run: RunState, accepted: AcceptedRun, claim: ClaimReference): Promise<Resolution | undefined> {
  const { project, location } = accepted.request;
  const looked = await step(
    run,
    'vertexBatchLookForJob',
    { run: accepted.run, project, location, claim },
    { summary: `Look for the job of ${claimText(claim)} by its label` },
  );
  if (looked.outcome !== null && looked.outcome.kind !== 'job') return { kind: 'next' };
  const [first] = looked.jobs;
  return first === undefined ? undefined : { kind: 'job', job: first };
}

async function decide(
  run: RunState,
  accepted: AcceptedRun,
  claim: ClaimReference,
  open: OpenClaim,
  word: NonNullable<OpenClaim['word']>,
): Promise<Resolution | undefined> {
  const decision = word.kind === 'adopt' ? word : ({ kind: 'abandon', by: 'operator' } as const);
  const decided = await step(
    run,
    'vertexBatchDecideClaim',
    { run: accepted.run, claim, decision },
    { summary: word.kind === 'adopt' ? `Adopt ${word.name}`.slice(0, 190) : 'Give the claim up, and submit again' },
  );
  const resolution = resolutionOf(decided);
  open.answer(decided);
  return resolution;
}

async function abandon(run: RunState, accepted: AcceptedRun, claim: ClaimReference, by: string): Promise<Resolution> {
  const decided = await step(
    run,
    'vertexBatchDecideClaim',
    { run: accepted.run, claim, decision: { kind: 'abandon', by } },
    { summary: 'Give the claim up, and submit again' },
  );
  return resolutionOf(decided) ?? { kind: 'next' };
}

function resolutionOf(decided: DecidedClaim): Resolution | undefined {
  switch (decided.kind) {
    case 'adopted':
      return { kind: 'job', job: decided.job };
    case 'abandoned':
      return { kind: 'next' };
    case 'standing':
      return decided.job === null ? { kind: 'next' } : { kind: 'job', job: decided.job };
    case 'no-such-job':
      return undefined;
    default:
      return decided satisfies never;
  }
}

function claimText({ part, round, attempt }: ClaimReference): string {
  return `part ${part}, round ${round} (claim a${attempt})`;
}

function askOperator(run: RunState, open: OpenClaim, claim: ClaimReference, key: string, message: string): void {
  open.mayResubmit = true;
  run.raise(key, {
    type: 'SubmissionUnknown',
    message: `nobody knows whether the create of claim ${key} was accepted: ${message}`,
    until: run.deadline === null ? null : new Date(run.deadline).toISOString(),
    part: claim.part,
    claim: key,
    actions: ['adoptJob', 'resubmit'],
  });
}

function unknownReason(key: string, message: string): BatchReason {
  return {
    type: 'SubmissionUnknown',
    message: `the create of claim ${key} may have been accepted, and no job with that label was seen: ${message}`,
  };
}

function takenReason(job: VertexJob): BatchReason {
  return {
    type: 'WorkflowIdTaken',
    message: `job ${job.name} was created for this workflow id with another output; use another id, or a higher rerun`,
  };
}

function standingJob(job: VertexJob | null, outcome: Extract<ClaimOutcome, { kind: 'job' }>): VertexJob {
  if (job !== null) return job;
  throw new RunStopped({
    type: 'JobVanished',
    message: `job ${outcome.name} of an earlier execution doesn't exist any more`,
  });
}
