import type { ClaimReference, SubmittedJob } from '../../src/activities/contract';
import { readOutcome } from '../../src/activities/claims';
import { decideClaim } from '../../src/activities/decide-claim';
import { lookForJob } from '../../src/activities/look-for-job';
import { submitJob } from '../../src/activities/submit-job';
import { CLAIM_LABEL, parseClaimKey } from '../../src/domain/claim-key';
import { GatewayError } from '../../src/gateways/gateway-error';
import type { VertexJob } from '../../src/gateways/vertex-jobs';
import { anAttempt } from './input-side';
import { Killed, onlyFaults, SimulatedWorld } from './simulated-world';
import { aSubmission } from './submit-side';

/** What came of one intent to have one job. */
export interface Life {
  /** Jobs that the service runs and bills. */
  readonly paid: number;
  /** Paid jobs but those of claims beside which an operator's "abandoned" is noted: these are his word, the others ours. */
  readonly unasked: number;
  /** Most paid jobs that carry the label of one claim. */
  readonly mostOfOneClaim: number;
  /** An execution met something that has to go wrong for two jobs to come about. */
  readonly hadFaults: boolean;
}

/** How an execution comes to its job: by claims, or as it is commonly written. */
export type Protocol = (world: SimulatedWorld) => Promise<unknown>;

const MOST_CLAIMS = 8;
const MOST_TRIES = 3;

/** One life: some executions of one run, two of them at once now and then, as chance has it. */
export async function simulateLife(seed: number, protocol: Protocol): Promise<Life> {
  return await booksOf(await liveThrough(seed, protocol));
}

/** What a life by claims comes to once all goes well again, and an operator decides each claim that is open. */
export async function simulateEnding(seed: number) {
  const world = await liveThrough(seed, byClaims);
  const before = await booksOf(world);
  world.calm();
  return { before, ending: await walk(world, { from: 1, claims: 2 * MOST_CLAIMS }), after: await booksOf(world) };
}

async function liveThrough(seed: number, protocol: Protocol): Promise<SimulatedWorld> {
  const world = new SimulatedWorld(seed);
  const executions = 1 + world.random.below(3);
  for (let execution = 0; execution < executions; execution += 1) {
    const starters = world.random.next() < 0.2 ? 2 : 1;
    await Promise.all(Array.from({ length: starters }, () => protocol(world).catch(onlyFaults)));
    await world.settle();
  }
  return world;
}

async function booksOf(world: SimulatedWorld): Promise<Life> {
  const { accepted, hadFaults } = world;
  const perClaim = new Map<string, number>();
  for (const { labels } of accepted) {
    const claim = labels[CLAIM_LABEL] ?? '';
    perClaim.set(claim, (perClaim.get(claim) ?? 0) + 1);
  }
  const areAsked = await Promise.all(accepted.map((job) => isAbandoned(world, job)));
  return {
    paid: accepted.length,
    unasked: areAsked.filter((isAsked) => !isAsked).length,
    mostOfOneClaim: Math.max(0, ...perClaim.values()),
    hadFaults,
  };
}

async function isAbandoned({ store }: SimulatedWorld, job: VertexJob): Promise<boolean> {
  const claim = parseClaimKey(job.labels[CLAIM_LABEL] ?? '');
  return claim !== undefined && (await readOutcome(store, aSubmission().run, claim))?.kind === 'abandoned';
}

/** An execution that knows nothing, or was reset to after a claim that is done with. */
export async function byClaims(world: SimulatedWorld): Promise<void> {
  await walk(world, { from: 1 + world.random.below(world.passed + 1), claims: MOST_CLAIMS });
}

/** Walks the claims a1, a2, … as a run's workflow does, with the very activities. Says at what it halts. */
async function walk(world: SimulatedWorld, { from, claims }: { readonly from: number; readonly claims: number }) {
  for (let attempt = from; attempt <= claims; attempt += 1) {
    const claim = { part: 1, round: 1, attempt };
    const answer = await submitted(world, claim);
    if (answer.kind === 'created') return 'job';
    if (answer.kind === 'taken' || answer.kind === 'not-tried') return answer.kind;
    if (answer.kind === 'refused' && !answer.mayPass) return 'refused';
    if (answer.kind === 'standing' && answer.outcome.kind === 'job') return 'job';
    if (answer.kind === 'unknown') {
      const resolution = await resolved(world, claim);
      if (resolution !== 'next') return resolution;
    }
    world.passed = Math.max(world.passed, attempt);
  }
  return 'too many claims';
}

/** Asks until there is an answer: attempts die, and some are given up while they go on. */
async function submitted(world: SimulatedWorld, claim: ClaimReference): Promise<SubmittedJob> {
  for (let tries = 1; ; tries += 1) {
    const asked = submitJob(world.gateways(), aSubmission({ claim }), anAttempt());
    if (world.mayGiveUp()) {
      world.leave(asked);
      continue;
    }
    try {
      const answer = await asked;
      if (answer.kind !== 'not-tried' || tries >= MOST_TRIES) return answer;
    } catch (error) {
      // with the execution, or the attempt alone
      if (!(error instanceof Killed) || world.random.next() < 0.5) throw error;
    }
  }
}

/** An unknown claim is looked for; if nothing is found, an operator may say that there is no job, and may be wrong. */
async function resolved(world: SimulatedWorld, claim: ClaimReference): Promise<'job' | 'next' | 'open'> {
  const { run, project, location } = aSubmission();
  try {
    const { jobs, outcome } = await lookForJob(world.gateways(), { run, project, location, claim }, anAttempt());
    if (outcome !== null && outcome.kind !== 'job') return 'next';
    if (jobs.length > 0) return 'job';
    if (!world.operatorDecides()) return 'open';
    const decision = { kind: 'abandon', by: 'operator' } as const;
    const decided = await decideClaim(world.gateways(), { run, claim, decision }, anAttempt());
    return decided.kind === 'standing' && decided.job !== null ? 'job' : 'next';
  } catch (error) {
    if (error instanceof GatewayError) return 'open';
    throw error;
  }
}

/** Finds the job by its label, else creates it, and tries again what failed. */
export async function byLabel(world: SimulatedWorld): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { jobs } = world.gateways();
    const { project, location } = aSubmission();
    try {
      for await (const _ of jobs.list({ project, location }, '')) return;
      await jobs.create({ project, location }, { ...aSubmission(), labels: {}, outputUri: 'gs://acme/out/' });
      return;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
}
