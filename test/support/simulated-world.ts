import { SeededRandom } from '../../src/emulator/seeded-random';
import { GatewayError } from '../../src/gateways/gateway-error';
import { MemoryObjectStore } from '../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../src/gateways/object-store';
import type { NewVertexJob, VertexJob, VertexJobs } from '../../src/gateways/vertex-jobs';
import { storeWith } from './input-side';
import { aCreated } from './submit-side';

/** The attempt's worker is gone; what it did stays. */
export class Killed extends Error {}

/** A bucket and a service that live on while executions come and go. */
export class SimulatedWorld {
  readonly random: SeededRandom;
  readonly accepted: VertexJob[] = [];
  readonly store: ObjectStore = new MemoryObjectStore();
  hadFaults = false;
  /** Claims that some execution went past: a reset may go back to after any of them. */
  passed = 0;
  readonly #stragglers: Promise<unknown>[] = [];
  #isCalm = false;
  /** Requests that an attempt sent before it was given up, and that are still under way. */
  readonly #late: (() => void)[] = [];

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  gateways(): { readonly store: ObjectStore; readonly jobs: VertexJobs } {
    const store = storeWith(this.store, {
      find: (...args) => this.#call(() => this.store.find(...args)),
      write: (...args) => this.#call(() => this.store.write(...args)),
    });
    return { store, jobs: this.#jobs() };
  }

  mayGiveUp(): boolean {
    return !this.#isCalm && this.random.next() < 0.05;
  }

  /** He is asked about every claim that is open, and answers in time or not. */
  operatorDecides(): boolean {
    return this.#isCalm || this.random.next() < 0.3;
  }

  /** Nobody waits for this attempt any more, and it goes on. */
  leave(attempt: Promise<unknown>): void {
    this.hadFaults = true;
    this.#stragglers.push(attempt.catch(onlyFaults));
  }

  /** Attempts that were given up come to their end, and requests under way arrive. */
  async settle(): Promise<void> {
    await Promise.all(this.#stragglers.splice(0));
    for (const send of this.#late.splice(0)) send();
  }

  /** From now on all goes well, and listings show everything. */
  calm(): void {
    this.#isCalm = true;
  }

  async #call<Value>(effect: () => Promise<Value>): Promise<Value> {
    if (this.#isCalm) return await effect();
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
    const chance = this.#isCalm ? 1 : this.random.next();
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
    const chance = this.#isCalm ? 1 : this.random.next();
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

/** Faults of the simulation are expected; anything else is a bug. */
export function onlyFaults(error: unknown): void {
  if (!(error instanceof Killed || error instanceof GatewayError)) throw error;
}

function unreachable(): GatewayError {
  return new GatewayError('unavailable', 'reset', { effect: 'unknown' });
}
