import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideClaim } from '../../../src/activities/decide-claim';
import { lookForJob } from '../../../src/activities/look-for-job';
import { submitJob } from '../../../src/activities/submit-job';
import type { SubmittedJob } from '../../../src/activities/contract';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../../src/gateways/object-store';
import type { NewVertexJob, VertexJob, VertexJobs } from '../../../src/gateways/vertex-jobs';
import { anAttempt, storeWith } from '../../support/input-side';
import { A_CLAIM, aCreated, aSubmission } from '../../support/submit-side';

/** What becomes of one call of an attempt: it may be carried out and its answer lost, or the worker dies before or after it. */
type Fate = 'well' | 'fails' | 'answer lost' | 'dies before' | 'dies after';

/** One activity's attempt: fates of its calls in order, `well` when they are used up. */
interface Plan {
  readonly activity: 'submit' | 'look' | 'abandon';
  readonly fates: readonly Fate[];
  /** The service refuses a create that reaches it. */
  readonly refuses: boolean;
  /** The listing shows what was created so far; else nothing yet. */
  readonly listed: boolean;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  activity: fc.constantFrom('submit', 'submit', 'submit', 'look', 'abandon'),
  fates: fc.array(
    fc.constantFrom<Fate[]>('well', 'well', 'well', 'fails', 'answer lost', 'dies before', 'dies after'),
    {
      maxLength: 8,
    },
  ),
  refuses: fc.boolean(),
  listed: fc.boolean(),
});

/** A bucket and a service that live on while attempts come and go. */
class World {
  readonly store = new MemoryObjectStore();
  readonly accepted: VertexJob[] = [];
  readonly #scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler;
  }

  run({ activity, fates, refuses, listed }: Plan): Promise<SubmittedJob | undefined> {
    const left = [...fates];
    const call = <Value>(effect: () => Promise<Value>) => this.#call(left.shift() ?? 'well', effect);
    const gateways = { store: this.#storeFor(call), jobs: this.#jobsFor(call, refuses, listed) };
    const { run, project, location, claim } = aSubmission();
    if (activity === 'submit') return submitJob(gateways, aSubmission(), anAttempt());
    if (activity === 'look')
      return lookForJob(gateways, { run, project, location, claim }, anAttempt()).then(() => undefined);
    const decision = { kind: 'abandon', by: 'operator' } as const;
    return decideClaim(gateways, { run, claim, decision }, anAttempt()).then(() => undefined);
  }

  /** Every call waits for its turn, so that attempts interleave in any order. */
  async #call<Value>(fate: Fate, effect: () => Promise<Value>): Promise<Value> {
    await this.#scheduler.schedule(Promise.resolve());
    if (fate === 'dies before') return await new Promise<never>(() => undefined);
    if (fate === 'fails') throw new GatewayError('unavailable', 'reset', { effect: 'unknown' });
    const value = await effect();
    await this.#scheduler.schedule(Promise.resolve());
    if (fate === 'dies after') return await new Promise<never>(() => undefined);
    if (fate === 'answer lost') throw new GatewayError('unavailable', 'reset', { effect: 'unknown' });
    return value;
  }

  #storeFor(call: <Value>(effect: () => Promise<Value>) => Promise<Value>): ObjectStore {
    return storeWith(this.store, {
      find: (...args) => call(() => this.store.find(...args)),
      write: (...args) => call(() => this.store.write(...args)),
    });
  }

  #jobsFor(
    call: <Value>(effect: () => Promise<Value>) => Promise<Value>,
    refuses: boolean,
    listed: boolean,
  ): VertexJobs {
    const create = async (job: NewVertexJob): Promise<VertexJob> => {
      if (refuses) throw new GatewayError('quota', 'too many', { status: 429, effect: 'refused' });
      const created = aCreated(job, this.accepted.length);
      this.accepted.push(created);
      return created;
    };
    const seen = async () => (listed ? [...this.accepted] : []);
    const find = async (name: string): Promise<VertexJob> => {
      const found = this.accepted.find((job) => job.name === name);
      if (found === undefined) throw new GatewayError('not-found', name, { status: 404, effect: 'refused' });
      return found;
    };
    async function* list(): AsyncGenerator<VertexJob> {
      yield* await call(seen);
    }
    const unused = () => Promise.reject(new Error('nobody asks for that'));
    return {
      create: (_, job) => call(() => create(job)),
      get: (name) => call(() => find(name)),
      list,
      describe: unused,
      cancel: unused,
      delete: unused,
    };
  }
}

describe('one paid job per claim', () => {
  it('holds however attempts interleave, fail, lose answers and die', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(plan, { minLength: 2, maxLength: 6 }), async (scheduler, plans) => {
        const world = new World(scheduler);
        const answers: SubmittedJob[] = [];
        const errors: unknown[] = [];
        for (const each of plans) {
          void world.run(each).then(
            (answer) => answer !== undefined && answers.push(answer),
            (error: unknown) => errors.push(error),
          );
        }
        await scheduler.waitIdle();
        expect(errors.filter((error) => !(error instanceof GatewayError))).toEqual([]);
        const heard = new Set(answers.map(({ kind }) => kind));
        expect(heard).not.toContain('taken');
        expect(world.accepted.length).toBeLessThanOrEqual(heard.has('refused') ? 0 : 1);
        expect(world.accepted.length).toBeGreaterThanOrEqual(heard.has('created') ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves every later starter a job, a refusal or a claim to look into, and never a free way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(plan, { minLength: 1, maxLength: 4 }), async (scheduler, plans) => {
        const world = new World(scheduler);
        for (const each of plans) void world.run(each).catch(() => undefined);
        await scheduler.waitIdle();
        const paid = world.accepted.length;
        const later = world.run({ activity: 'submit', fates: [], refuses: false, listed: true });
        await scheduler.waitIdle();
        const answer = await later;
        const mayHear = paid === 1 ? ['standing', 'unknown'] : ['standing', 'unknown', 'created'];
        expect(mayHear).toContain(answer?.kind);
        expect(world.accepted.length).toBeLessThanOrEqual(1);
        const looked = lookForJob(
          { store: world.store, jobs: jobsOf(world) },
          { ...aSubmission(), claim: A_CLAIM },
          anAttempt(),
        );
        expect((await looked).jobs).toEqual(world.accepted);
      }),
      { numRuns: 150 },
    );
  });
});

function jobsOf({ accepted }: World): VertexJobs {
  async function* list(): AsyncGenerator<VertexJob> {
    yield* accepted;
  }
  const unused = () => Promise.reject(new Error('nobody asks for that'));
  const get = async (name: string) => accepted.find((job) => job.name === name)!;
  return { list, get, describe: unused, create: unused, cancel: unused, delete: unused };
}
