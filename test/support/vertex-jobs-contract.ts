import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../../src/emulator';
import { isGatewayError, type GatewayError } from '../../src/gateways/gateway-error';
import type { NewVertexJob, VertexJob, VertexJobs } from '../../src/gateways/vertex-jobs';

export interface VertexJobsUnderTest {
  /** Called before each test with a fresh emulator. */
  readonly open: (emulator: Emulator) => Promise<{ readonly jobs: VertexJobs; close(): Promise<void> }>;
}

const PARENT = { project: 'acme', location: 'us-central1' };
const NAME = /^projects\/123456789012\/locations\/us-central1\/batchPredictionJobs\/\d+$/;

/** A create as runs send it. */
export function aNewJob(overrides: Partial<NewVertexJob> = {}): NewVertexJob {
  return {
    displayName: 'summaries 3fa94c1e-p1-r1-a1',
    model: 'publishers/google/models/gemini-2.5-flash',
    inputUris: ['gs://acme/in.jsonl'],
    outputUri: 'gs://acme/out/',
    labels: { stage: 'test', claim: '3fa94c1e-p1-r1-a1' },
    ...overrides,
  };
}

/** What every {@link VertexJobs} does with the service that our emulator stands for. */
export function describeVertexJobs(implementation: string, { open }: VertexJobsUnderTest): void {
  describe(`${implementation} as Vertex jobs`, () => {
    let emulator: Emulator;
    let jobs: VertexJobs;
    let opened: Awaited<ReturnType<VertexJobsUnderTest['open']>>;

    beforeEach(async () => {
      emulator = createEmulator({ clock: 'stepped' });
      emulator.blobs.createBucket('acme');
      opened = await open(emulator);
      jobs = opened.jobs;
    });

    afterEach(async () => {
      await emulator.close();
      await opened.close();
    });

    it('creates a job that is pending under the name of the project’s number', async () => {
      const job = await jobs.create(PARENT, aNewJob());
      const { displayName, model, labels } = aNewJob();
      expect(job).toMatchObject({ displayName, model, labels, state: 'JOB_STATE_PENDING', counts: null, error: null });
      expect(job.name).toMatch(NAME);
      expect(Date.parse(job.createTime ?? '')).not.toBeNaN();
    });

    it('gets a job by the name that create gave', async () => {
      const job = await jobs.create({ ...PARENT, location: 'global' }, aNewJob());
      expect(job.name).toContain('/locations/global/');
      expect(await jobs.get(job.name)).toEqual(job);
    });

    it('69: lists by label and by display name, over all pages', async () => {
      for (let index = 0; index < 101; index += 1) {
        await jobs.create(PARENT, aNewJob({ labels: { claim: index % 2 === 0 ? 'even' : 'odd' } }));
      }
      const last = await jobs.create(PARENT, aNewJob({ displayName: 'a name + "more"' }));
      expect(await allOf(jobs.list(PARENT, ''))).toHaveLength(102);
      expect(await allOf(jobs.list(PARENT, 'labels.claim=odd'))).toHaveLength(50);
      const named = await allOf(jobs.list(PARENT, String.raw`display_name="a name + \"more\""`));
      expect(named).toEqual([last]);
    });

    it('cancels a job once', async () => {
      const { name } = await jobs.create(PARENT, aNewJob());
      await jobs.cancel(name);
      await emulator.advance(1000);
      expect(await jobs.get(name)).toMatchObject({ state: 'JOB_STATE_CANCELLED', error: { code: 1 } });
      await expect(jobs.cancel(name)).rejects.toMatchObject({ kind: 'precondition', effect: 'refused' });
    });

    it('deletes a job that has ended, and no other', async () => {
      const { name } = await jobs.create(PARENT, aNewJob());
      await expect(jobs.delete(name)).rejects.toMatchObject({ kind: 'precondition' });
      await jobs.cancel(name);
      await emulator.advance(1000);
      await jobs.delete(name);
      const error = await errorOf(jobs.get(name));
      expect(error).toMatchObject({ kind: 'not-found', effect: 'refused', status: 404 });
      expect(error.message).toContain(`Cannot get ${name}: not found.`);
    });

    it('says which model does not exist', async () => {
      const model = 'publishers/google/models/gemini-does-not-exist';
      const error = await errorOf(jobs.create(PARENT, aNewJob({ model })));
      expect(error).toMatchObject({ kind: 'not-found', effect: 'refused' });
      expect(error.message).toContain('gemini-does-not-exist');
    });

    it('sends a create once, also when its answer is lost', async () => {
      emulator.setScenario({ faults: [{ call: 'create', fault: { kind: 'lost-answer' }, times: 9 }] });
      const error = await errorOf(jobs.create(PARENT, aNewJob()));
      expect(error).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
      expect(error.message).toContain('create batch prediction job "summaries 3fa94c1e-p1-r1-a1"');
      expect(emulator.calls().filter(({ call }) => call === 'create')).toHaveLength(1);
      expect(emulator.jobs()).toHaveLength(1);
    });

    it('gives up a call at once when its signal fires', async () => {
      emulator.setScenario({ faults: [{ call: 'get', fault: { kind: 'stall' } }] });
      const { name } = await jobs.create(PARENT, aNewJob());
      const abort = new AbortController();
      const call = jobs.get(name, { signal: abort.signal });
      abort.abort(new Error('the activity was cancelled'));
      await expect(call).rejects.toThrow('the activity was cancelled');
    });

    it.each([
      ['a location', { project: 'acme', location: 'evil.example/x' }],
      ['a project', { project: '../acme', location: 'global' }],
    ])('sends nothing for %s that would lead elsewhere', async (_, parent) => {
      const error = await errorOf(jobs.create(parent, aNewJob()));
      expect(error).toMatchObject({ kind: 'invalid-request', effect: 'never-sent' });
      expect(emulator.calls()).toEqual([]);
    });

    it('sends nothing for a name that is no job’s', async () => {
      const error = await errorOf(jobs.get('projects/1/locations/a.b/batchPredictionJobs/1'));
      expect(error).toMatchObject({ kind: 'invalid-request', effect: 'never-sent' });
      expect(error.message).toContain('got "projects/1/locations/a.b/batchPredictionJobs/1"');
      expect(emulator.calls()).toEqual([]);
    });
  });
}

/** The {@link GatewayError} that a call rejects with. */
export async function errorOf(call: Promise<unknown>): Promise<GatewayError> {
  const error: unknown = await call.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (isGatewayError(error)) return error;
  throw error;
}

async function allOf(listing: AsyncIterable<VertexJob>): Promise<VertexJob[]> {
  const listed: VertexJob[] = [];
  for await (const job of listing) listed.push(job);
  return listed;
}
