import { describe, expect, it } from 'vitest';
import { writeOutcome } from '../../../src/activities/claims';
import { submitJob } from '../../../src/activities/submit-job';
import type { Scenario } from '../../../src/emulator';
import { GatewayError } from '../../../src/gateways/gateway-error';
import { VertexJobsRest } from '../../../src/gateways/vertex-jobs-rest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { failingStore, type Fault } from '../../support/failing-store';
import { anAttempt, aRun, storeWith } from '../../support/input-side';
import { A_CLAIM, A_KEY, aSubmission, SubmitSide } from '../../support/submit-side';

type ServiceFault = NonNullable<Scenario['faults']>[number]['fault'];

function faulty(fault: ServiceFault): SubmitSide {
  return new SubmitSide({ faults: [{ call: 'create', fault, times: 9 }] });
}

describe('submitJob', () => {
  it('creates a job that carries its claim in label, display name and output', async () => {
    const side = new SubmitSide();
    const submitted = await side.submit();
    expect(submitted).toMatchObject({
      kind: 'created',
      job: {
        displayName: `summaries ${A_KEY}`,
        labels: { stage: 'test', 'vertex-batch-claim': A_KEY },
        state: 'JOB_STATE_PENDING',
      },
    });
    expect(side.posts).toBe(1);
  });

  it('tells the standing job to whoever comes later', async () => {
    const side = new SubmitSide();
    const first = await side.submit();
    const again = await side.submit({ run: aRun({ execution: 'execution-2' }) });
    expect(first.kind).toBe('created');
    expect(again).toMatchObject({ kind: 'standing', outcome: { kind: 'job' } });
    expect(again.kind === 'standing' && again.job).toEqual(first.kind === 'created' && first.job);
    expect(side.posts).toBe(1);
  });

  it('tells that the standing job has vanished', async () => {
    const side = new SubmitSide({ vanishAfterMs: 10 });
    await side.submit();
    await side.emulator.advance(20);
    expect(await side.submit()).toMatchObject({ kind: 'standing', outcome: { kind: 'job' }, job: null });
  });

  it('creates nothing where it was told to look only', async () => {
    const side = new SubmitSide();
    expect(await side.submit({ onlyStanding: true })).toEqual({ kind: 'nothing-stands' });
    expect(side.emulator.calls()).toEqual([]);
    await side.submit();
    expect(await side.submit({ onlyStanding: true })).toMatchObject({ kind: 'standing' });
  });

  it.each<[string, ServiceFault]>([
    ['is lost with the connection', { kind: 'lost-answer' }],
    ['is a 500 after the job was accepted', { kind: 'lost-answer', as: 'status', status: 500 }],
    ['never comes', { kind: 'lost-answer', as: 'stall' }],
    ['is cut off', { kind: 'truncate', afterBytes: 40 }],
    ['is a proxy’s page', { kind: 'html', status: 403 }],
    ['is a reset', { kind: 'reset' }],
    ['is a 503', { kind: 'status', status: 503 }],
  ])('never sends a second create when the answer to the first %s', async (_, fault) => {
    const side = faulty(fault);
    const unknown = await side.submit();
    expect(unknown.kind).toBe('unknown');
    side.emulator.setScenario({});
    for (let again = 0; again < 3; again += 1) {
      expect(await side.submit()).toMatchObject({ kind: 'unknown', claimedAt: expect.stringMatching(/Z$/) as string });
    }
    expect(side.posts).toBe(1);
  });

  it.each<[number, string, boolean]>([
    [400, 'JobRefused', false],
    [401, 'PermissionDenied', false],
    [403, 'PermissionDenied', false],
    [404, 'JobRefused', false],
    [429, 'QuotaExceeded', true],
  ])('notes a %i as a refusal, which stands for whoever comes later', async (status, type, mayPass) => {
    const side = faulty({ kind: 'status', status });
    const refused = await side.submit();
    expect(refused).toMatchObject({ kind: 'refused', type, mayPass, retryAfterMs: null });
    expect(await side.submit()).toMatchObject({
      kind: 'standing',
      outcome: { kind: 'refused', type, mayPass },
      job: null,
    });
    expect(side.posts).toBe(1);
  });

  it('passes on for how long the service asks to wait', async () => {
    const side = faulty({ kind: 'status', status: 429, retryAfter: 7 });
    expect(await side.submit()).toMatchObject({ kind: 'refused', mayPass: true, retryAfterMs: 7_000 });
  });

  it('lets the next claim try where no connection was opened', async () => {
    const refusing = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED', syscall: 'connect' }),
    });
    const side = new SubmitSide();
    const jobs = new VertexJobsRest({
      tokens: new AccessTokensFixed(),
      endpoint: 'http://emulator.test',
      fetch: async (request) => {
        if (request.method === 'POST') throw refusing;
        return await side.emulator.fetch(request);
      },
    });
    expect(await submitJob({ store: side.store, jobs }, aSubmission(), anAttempt())).toMatchObject({
      kind: 'refused',
      type: 'ServiceUnreachable',
      mayPass: true,
    });
  });

  it('sends one create when two attempts run at once', async () => {
    for (const [early, late] of [
      [0, 0],
      [0, 2],
      [3, 0],
    ] as const) {
      const side = new SubmitSide();
      const both = [early, late].map(async (turns) => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        return await side.submit();
      });
      const kinds = (await Promise.all(both)).map(({ kind }) => kind);
      expect(kinds).toContain('created');
      expect(kinds).not.toContain('taken');
      expect(side.posts).toBe(1);
    }
  });

  it('takes a job that another attempt has just created for standing, not for a stranger’s', async () => {
    const side = new SubmitSide();
    // the other attempt claims and creates between our first look at the claim and our look by label
    let first = true;
    const store = storeWith(side.store, {
      async find(uri, options) {
        const found = await side.store.find(uri, options);
        if (first) {
          first = false;
          await side.submit();
        }
        return found;
      },
    });
    expect(await side.submit({}, store)).toMatchObject({ kind: 'standing', outcome: { kind: 'job' } });
    expect(side.posts).toBe(1);
  });

  it('recognises a job of its key that this bucket knows nothing of', async () => {
    const side = new SubmitSide();
    const job = await side.createLabelled();
    expect(await side.submit()).toEqual({ kind: 'taken', job });
    expect(side.posts).toBe(1);
  });

  it.each<[string, Fault, boolean]>([
    ['is refused before it is carried out', 'before', false],
    ['loses its answer', 'after', true],
  ])('creates at most one job when the write of the claim %s', async (_, fault, created) => {
    const side = new SubmitSide();
    const faults: Fault[] = [undefined, fault];
    const submitted = await side.submit(
      {},
      failingStore(side.store, () => faults.shift()),
    );
    expect(submitted.kind).toBe(created ? 'created' : 'not-tried');
    expect((await side.submit()).kind).toBe(created ? 'standing' : 'created');
    expect(side.posts).toBe(1);
  });

  it('reports a job whose outcome could not be noted, and later leaves it to a look', async () => {
    const side = new SubmitSide();
    const store = storeWith(side.store, {
      write: (uri, ...rest) =>
        uri.endsWith('.outcome.json') ? Promise.reject(unavailable()) : side.store.write(uri, ...rest),
    });
    expect((await side.submit({}, store)).kind).toBe('created');
    expect((await side.submit()).kind).toBe('unknown');
    expect(side.posts).toBe(1);
  });

  it('doesn’t go on to the next claim when a refusal could not be noted', async () => {
    const side = faulty({ kind: 'status', status: 429 });
    const store = storeWith(side.store, {
      write: (uri, ...rest) =>
        uri.endsWith('.outcome.json') ? Promise.reject(unavailable()) : side.store.write(uri, ...rest),
    });
    expect((await side.submit({}, store)).kind).toBe('unknown');
  });

  it('sends nothing when its time is up before the create', async () => {
    const side = new SubmitSide();
    expect(await side.submit({ requestTimeoutMs: -1 })).toMatchObject({ kind: 'refused', mayPass: true });
    expect(side.posts).toBe(0);
  });

  it('sends nothing when it was given up before the create', async () => {
    const side = new SubmitSide();
    const abort = new AbortController();
    const store = storeWith(side.store, {
      async write(...call) {
        abort.abort(new Error('the attempt timed out'));
        return await side.store.write(...call);
      },
    });
    const attempt = anAttempt({ signal: abort.signal });
    const submitted = await submitJob({ store, jobs: side.jobs }, aSubmission(), attempt);
    expect(submitted).toMatchObject({ kind: 'refused', mayPass: true });
    expect(side.posts).toBe(0);
  });

  it('may be tried again when the look before the claim found no service', async () => {
    const side = new SubmitSide({ faults: [{ call: 'list', fault: { kind: 'status', status: 503, retryAfter: 3 } }] });
    expect(await side.submit()).toMatchObject({
      kind: 'not-tried',
      type: 'ServiceUnreachable',
      retryAfterMs: 3_000,
    });
    expect((await side.submit()).kind).toBe('created');
  });

  it.each([
    [401, 'list'],
    [403, 'list'],
    [401, 'storage'],
    [403, 'storage'],
  ] as const)('waits for rights that are taken away before the claim, told by %i at a %s', async (status, where) => {
    const side = new SubmitSide(
      where === 'list' ? { faults: [{ call: 'list', fault: { kind: 'status', status } }] } : {},
    );
    const kind = status === 401 ? 'unauthenticated' : 'permission';
    const store = storeWith(side.store, { write: () => Promise.reject(new GatewayError(kind, 'no right to write')) });
    const submitted = await side.submit({}, where === 'list' ? side.store : store);
    expect(submitted).toMatchObject({ kind: 'not-tried', type: 'PermissionDenied' });
    expect(await side.store.find(`${aRun().directory}claims/${A_KEY}.json`)).toBeUndefined();
    expect((await side.submit()).kind).toBe('created');
    expect(side.posts).toBe(1);
  });

  it('ends with a bucket that is gone', async () => {
    const side = new SubmitSide();
    const store = storeWith(side.store, {
      write: () => Promise.reject(new GatewayError('not-found', 'no such bucket')),
    });
    expect(await side.submit({}, store)).toMatchObject({ kind: 'refused', type: 'JobRefused', mayPass: false });
    expect(side.posts).toBe(0);
  });

  it('doesn’t give a standing job up because it can’t be read', async () => {
    const side = new SubmitSide();
    await side.submit();
    side.emulator.setScenario({ faults: [{ call: 'get', fault: { kind: 'status', status: 403 } }] });
    expect(await side.submit()).toMatchObject({ kind: 'not-tried', type: 'PermissionDenied' });
  });

  it('tells an abandoned claim to whoever comes later', async () => {
    const side = faulty({ kind: 'lost-answer' });
    await side.submit();
    await writeOutcome(side.store, aRun(), A_CLAIM, { kind: 'abandoned', by: 'operator' });
    expect(await side.submit()).toMatchObject({ kind: 'standing', outcome: { kind: 'abandoned', by: 'operator' } });
  });

  it('lets a bug through', async () => {
    const side = new SubmitSide();
    const store = storeWith(side.store, { find: () => Promise.reject(new TypeError('a bug')) });
    await expect(side.submit({}, store)).rejects.toThrow(new TypeError('a bug'));
  });
});

function unavailable(): GatewayError {
  return new GatewayError('unavailable', 'connection reset');
}
