import { describe, expect, it } from 'vitest';
import { cancelJob } from '../../../src/activities/cancel-job';
import { readOutcome } from '../../../src/activities/claims';
import { decideClaim } from '../../../src/activities/decide-claim';
import { lookForJob } from '../../../src/activities/look-for-job';
import type { DecideClaimInput, LookForJobInput } from '../../../src/activities/contract';
import { claimKey } from '../../../src/domain/claim-key';
import { anAttempt, aRun } from '../../support/input-side';
import { A_CLAIM, A_KEY, aSubmission, SubmitSide } from '../../support/submit-side';

function look(side: SubmitSide, input: Partial<LookForJobInput> = {}) {
  const { run, project, location, claim } = aSubmission();
  return lookForJob(side, { run, project, location, claim, ...input }, anAttempt());
}

function decide(side: SubmitSide, decision: DecideClaimInput['decision']) {
  return decideClaim(side, { run: aRun(), claim: A_CLAIM, decision }, anAttempt());
}

function outcomeOf(side: SubmitSide) {
  return readOutcome(side.store, aRun(), A_CLAIM);
}

/** A claim whose create was carried out, and whose answer was lost. */
async function lostAnswer(): Promise<SubmitSide> {
  const side = new SubmitSide({ faults: [{ call: 'create', fault: { kind: 'lost-answer' } }] });
  await side.submit();
  return side;
}

describe('lookForJob', () => {
  it('finds the job of a lost answer and notes it', async () => {
    const side = await lostAnswer();
    const { jobs, outcome } = await look(side);
    expect(jobs.map((job) => job.labels['vertex-batch-claim'])).toEqual([A_KEY]);
    expect(outcome).toEqual({ kind: 'job', name: jobs[0]?.name });
    expect(await outcomeOf(side)).toEqual(outcome);
  });

  it('finds nothing while the listing lags, and the job after that', async () => {
    const side = await lostAnswer();
    side.emulator.setScenario({ listing: { lagMs: 5_000 } });
    expect(await look(side)).toEqual({ jobs: [], outcome: null });
    await side.emulator.advance(6_000);
    expect((await look(side)).jobs).toHaveLength(1);
  });

  it('compares labels itself, since a service may ignore the filter', async () => {
    const side = await lostAnswer();
    for (const attempt of [2, 10]) await side.createLabelled(claimKey(aRun().key, { ...A_CLAIM, attempt }));
    side.emulator.setScenario({ listing: { ignoresLabels: true } });
    expect((await look(side)).jobs.map((job) => job.labels['vertex-batch-claim'])).toEqual([A_KEY]);
  });

  it('goes through all pages, also over one that is empty', async () => {
    const side = await lostAnswer();
    for (let others = 0; others < 210; others += 1) await side.createLabelled(`other-${others}`);
    side.emulator.setScenario({ listing: { ignoresLabels: true, missingPages: [1] } });
    expect((await look(side)).jobs).toHaveLength(1);
  });

  it('shows every job that the service made of one create, the oldest first', async () => {
    const side = await lostAnswer();
    await side.emulator.advance(10);
    const double = await side.createLabelled();
    const { jobs, outcome } = await look(side);
    expect(jobs).toHaveLength(2);
    expect(jobs[1]?.name).toBe(double.name);
    expect(outcome).toEqual({ kind: 'job', name: jobs[0]?.name });
  });

  it('puts the noted job first, also where an older one turns up', async () => {
    const side = new SubmitSide();
    const older = await side.createLabelled('');
    await side.emulator.advance(10);
    const noted = await side.createLabelled();
    await decide(side, { kind: 'adopt', name: noted.name });
    const relabelled = { ...older, labels: { 'vertex-batch-claim': A_KEY } };
    async function* list() {
      yield relabelled;
      yield noted;
    }
    const jobs = {
      create: side.jobs.create.bind(side.jobs),
      cancel: side.jobs.cancel.bind(side.jobs),
      describe: side.jobs.describe.bind(side.jobs),
      delete: side.jobs.delete.bind(side.jobs),
      list,
      get: async (name: string) => (name === older.name ? relabelled : noted),
    };
    const { run, project, location, claim } = aSubmission();
    const looked = await lookForJob({ store: side.store, jobs }, { run, project, location, claim }, anAttempt());
    expect(looked.jobs.map(({ name }) => name)).toEqual([noted.name, older.name]);
  });

  it('gets the noted job where no listing shows it', async () => {
    const side = new SubmitSide({ listing: { lagMs: 5_000 } });
    const submitted = await side.submit();
    const { jobs } = await look(side);
    expect(jobs).toEqual([submitted.kind === 'created' && submitted.job]);
  });

  it('notes nothing when it only looks for doubles', async () => {
    const side = await lostAnswer();
    expect((await look(side, { onlyLook: true })).jobs).toHaveLength(1);
    expect(await outcomeOf(side)).toBeUndefined();
  });
});

describe('decideClaim', () => {
  it('adopts the job that carries the claim’s label', async () => {
    const side = await lostAnswer();
    const name = side.emulator.jobs()[0]?.name ?? '';
    expect(await decide(side, { kind: 'adopt', name })).toMatchObject({ kind: 'adopted', job: { name } });
    expect(await outcomeOf(side)).toEqual({ kind: 'job', name });
  });

  it('adopts a job without labels by its display name', async () => {
    const side = new SubmitSide();
    const { name } = await side.createLabelled('', `summaries ${A_KEY}`);
    expect(await decide(side, { kind: 'adopt', name })).toMatchObject({ kind: 'adopted' });
  });

  it.each([
    ['of the tenth try, whose key begins with that of the first', `${A_KEY}0`, `summaries ${A_KEY}0`],
    ['of another claim, whatever its display name', claimKey(aRun().key, { ...A_CLAIM, round: 2 }), `x ${A_KEY}`],
    ['without labels whose display name is that of the tenth try', '', `summaries ${A_KEY}0`],
  ])('refuses a job %s', async (_, label, displayName) => {
    const side = new SubmitSide();
    const { name } = await side.createLabelled(label, displayName);
    const decided = await decide(side, { kind: 'adopt', name });
    expect(decided).toMatchObject({
      kind: 'no-such-job',
      message: expect.stringContaining(`is not a job of claim ${A_KEY}`) as string,
    });
    expect(await outcomeOf(side)).toBeUndefined();
  });

  it.each([
    ['doesn’t exist', 'projects/1/locations/us-central1/batchPredictionJobs/404', /doesn't exist/],
    ['is no job’s', 'projects/1/locations/us central1/batchPredictionJobs/1', /job name must be projects/],
  ])('answers the operator whose name for a job %s', async (_, name, message) => {
    const decided = await decide(new SubmitSide(), { kind: 'adopt', name });
    expect(decided).toMatchObject({ kind: 'no-such-job', message: expect.stringMatching(message) as string });
  });

  it('answers the operator whose job lies where we may not look', async () => {
    const side = new SubmitSide({ faults: [{ call: 'get', fault: { kind: 'status', status: 403 } }] });
    const { name } = await side.createLabelled();
    expect(await decide(side, { kind: 'adopt', name })).toMatchObject({
      kind: 'no-such-job',
      message: expect.stringContaining('permission denied') as string,
    });
  });

  it('gives a claim up, once', async () => {
    const side = await lostAnswer();
    const abandoned = { kind: 'abandon', by: 'operator' } as const;
    expect(await decide(side, abandoned)).toEqual({ kind: 'abandoned' });
    expect(await decide(side, abandoned)).toEqual({ kind: 'abandoned' });
    const name = side.emulator.jobs()[0]?.name ?? '';
    expect(await decide(side, { kind: 'adopt', name })).toMatchObject({
      kind: 'standing',
      outcome: { kind: 'abandoned', by: 'operator' },
      job: null,
    });
  });

  it('shows the job that stands to whoever would give its claim up', async () => {
    const side = await lostAnswer();
    const { jobs } = await look(side);
    expect(await decide(side, { kind: 'abandon', by: 'operator' })).toMatchObject({ kind: 'standing', job: jobs[0] });
  });
});

describe('cancelJob', () => {
  it('says whether the service agreed, had ended the job, or knows it no more', async () => {
    const side = new SubmitSide();
    const { name } = await side.createLabelled();
    const cancel = () => cancelJob(side, { job: name }, anAttempt());
    expect(await cancel()).toEqual({ kind: 'accepted' });
    await side.emulator.advance(1_000);
    expect(await cancel()).toEqual({ kind: 'already-ended' });
    await side.jobs.delete(name);
    expect(await cancel()).toEqual({ kind: 'gone' });
  });

  it('leaves other errors to the rules of retrying', async () => {
    const side = new SubmitSide({ faults: [{ call: 'cancel', fault: { kind: 'status', status: 503 } }] });
    const { name } = await side.createLabelled();
    await expect(cancelJob(side, { job: name }, anAttempt())).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
