import { decideClaim } from '../../src/activities/decide-claim';
import { lookForJob } from '../../src/activities/look-for-job';
import { submitJob } from '../../src/activities/submit-job';
import type { SubmittedJob } from '../../src/activities/contract';
import { SeededRandom } from '../../src/emulator/seeded-random';
import { GatewayError } from '../../src/gateways/gateway-error';
import { MemoryObjectStore } from '../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../src/gateways/object-store';
import type { NewVertexJob, VertexJob, VertexJobs } from '../../src/gateways/vertex-jobs';
import { anAttempt, storeWith } from './input-side';
import { aCreated, aSubmission } from './submit-side';

/** What came of one intent to have one job. */
export interface Life {
  /** Jobs that the service runs and bills. */
  readonly paid: number;
  /** Claims that an operator gave up, each of which may have had a job. */
  readonly resubmits: number;
  /** An execution met something that has to go wrong for two jobs to come about. */
  readonly hadFaults: boolean;
}

/** How an execution comes to its job: by claims, or as it is commonly written. */
export type Protocol = (world: SimulatedWorld) => Promise<void>;

/** The worker, or the execution, is gone; what it did stays. */
class Killed extends Error {}

const MOST_CLAIMS = 8;
const MOST_TRIES = 3;

/** One life: some executions of one run, two of them at once now and then, as chance has it. */
export async function simulateLife(seed: number, protocol: Protocol): Promise<Life> {
  const world = new SimulatedWorld(seed);
  const executions = 1 + world.random.below(3);
  for (let execution = 0; execution < executions; execution += 1) {
    const starters = world.random.next() < 0.2 ? 2 : 1;
    await Promise.all(Array.from({ length: starters }, () => untilKilled(() => protocol(world))));
    world.sendLate();
  }
  return { paid: world.accepted.length, resubmits: world.resubmits, hadFaults: world.hadFaults };
}

async function untilKilled(execution: () => Promise<void>): Promise<void> {
  try {
    await execution();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

/** Walks the claims a1, a2, … as a run's workflow does, with the very activities. */
export async function byClaims(world: SimulatedWorld): Promise<void> {
  for (let attempt = 1; attempt <= MOST_CLAIMS; attempt += 1) {
    const answer = await submitted(world, attempt);
    if (answer.kind === 'created' || answer.kind === 'taken' || answer.kind === 'not-tried') return;
    if (answer.kind === 'refused' && !answer.mayPass) return;
    if (answer.kind === 'standing' && answer.outcome.kind === 'job') return;
    if (answer.kind === 'unknown' && !(await isGivenUp(world, attempt))) return;
  }
}

async function submitted(world: SimulatedWorld, attempt: number): Promise<SubmittedJob> {
  const input = aSubmission({ claim: { part: 1, round: 1, attempt } });
  let answer = await submitJob(world.gateways(), input, anAttempt());
  for (let tries = 1; tries < MOST_TRIES && answer.kind === 'not-tried'; tries += 1)
    answer = await submitJob(world.gateways(), input, anAttempt());
  return answer;
}

/** An unknown claim is looked for; if nothing is found, an operator may say that there is no job, and may be wrong. */
async function isGivenUp(world: SimulatedWorld, attempt: number): Promise<boolean> {
  const { run, project, location } = aSubmission();
  const claim = { part: 1, round: 1, attempt };
  try {
    const { jobs } = await lookForJob(world.gateways(), { run, project, location, claim }, anAttempt());
    if (jobs.length > 0 || world.random.next() < 0.7) return false;
    // his word counts, whether he hears that it was noted or not
    world.resubmits += 1;
    const decision = { kind: 'abandon', by: 'operator' } as const;
    const decided = await decideClaim(world.gateways(), { run, claim, decision }, anAttempt());
    return decided.kind === 'abandoned';
  } catch (error) {
    if (error instanceof GatewayError) return false;
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
      await jobs.create({ project, location }, { ...aSubmission(), labels: {}, outputUriPrefix: 'gs://acme/out/' });
      return;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
}

/** A bucket and a service that live on while executions come and go. */
export class SimulatedWorld {
  readonly random: SeededRandom;
  readonly accepted: VertexJob[] = [];
  resubmits = 0;
  hadFaults = false;
  readonly #store = new MemoryObjectStore();
  /** Requests that an attempt sent before it was given up, and that are still under way. */
  readonly #late: (() => void)[] = [];

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  gateways(): { readonly store: ObjectStore; readonly jobs: VertexJobs } {
    const store = storeWith(this.#store, {
      find: (...args) => this.#call(() => this.#store.find(...args)),
      write: (...args) => this.#call(() => this.#store.write(...args)),
    });
    return { store, jobs: this.#jobs() };
  }

  sendLate(): void {
    for (const send of this.#late.splice(0)) send();
  }

  async #call<Value>(effect: () => Promise<Value>): Promise<Value> {
    await this.#otherTurns();
    const chance = this.random.next();
    if (chance < 0.04) throw this.#fault(new Killed('before'));
    if (chance < 0.08) throw this.#fault(unreachable());
    const value = await effect();
    await this.#otherTurns();
    if (chance < 0.12) throw this.#fault(new Killed('after'));
    if (chance < 0.16) throw this.#fault(unreachable());
    return value;
  }

  async #otherTurns(): Promise<void> {
    for (let turns = this.random.below(4); turns > 0; turns -= 1) await Promise.resolve();
  }

  #fault(error: Error): Error {
    this.hadFaults = true;
    return error;
  }

  #create(job: NewVertexJob): VertexJob {
    const chance = this.random.next();
    if (chance < 0.05) throw new GatewayError('quota', 'too many', { status: 429, effect: 'refused' });
    if (chance < 0.08) throw new GatewayError('permission', 'no', { status: 403, effect: 'refused' });
    if (chance < 0.12) {
      this.#late.push(() => this.accepted.push(aCreated(job, this.accepted.length)));
      throw this.#fault(unreachable());
    }
    const created = aCreated(job, this.accepted.length);
    this.accepted.push(created);
    return created;
  }

  /** Listings lag, lack a page, and don't filter. */
  #listed(): readonly VertexJob[] {
    const chance = this.random.next();
    if (chance < 0.3) return [];
    return chance < 0.4 ? this.accepted.slice(1) : this.accepted;
  }

  #jobs(): VertexJobs {
    const list = async function* (world: SimulatedWorld): AsyncGenerator<VertexJob> {
      yield* await world.#call(async () => world.#listed());
    };
    const find = async (name: string): Promise<VertexJob> => {
      const found = this.accepted.find((job) => job.name === name);
      if (found === undefined) throw new GatewayError('not-found', name, { status: 404, effect: 'refused' });
      return found;
    };
    const unused = () => Promise.reject(new Error('nobody asks for that'));
    return {
      create: (_, job) => this.#call(async () => this.#create(job)),
      get: (name) => this.#call(() => find(name)),
      list: () => list(this),
      describe: unused,
      cancel: unused,
      delete: unused,
    };
  }
}

function unreachable(): GatewayError {
  return new GatewayError('unavailable', 'reset', { effect: 'unknown' });
}
