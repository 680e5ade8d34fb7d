import { describe, expect, it } from 'vitest';
import { adoptJob } from '../../../src/activities/adopt-job';
import { readOutcome } from '../../../src/activities/claims';
import type { AdoptionInput } from '../../../src/activities/contract';
import { GatewayError } from '../../../src/gateways/gateway-error';
import type { VertexJobs } from '../../../src/gateways/vertex-jobs';
import { planUri } from '../../../src/rows/plan';
import { anAttempt, aRun, storeWith } from '../../support/input-side';
import { A_CLAIM, SubmitSide } from '../../support/submit-side';

const OTHER_RUN = aRun({ key: 'f'.repeat(32), directory: 'gs://acme/answers/other/ffffffff/' });

/** A service on which somebody has created a job of his own. */
async function aJobOfOthers() {
  const side = new SubmitSide();
  const job = await side.createLabelled('', 'nightly export');
  const adopt = (input: Partial<AdoptionInput> = {}, gateways: Partial<SubmitSide> = {}) =>
    adoptJob(
      { store: side.store, jobs: side.jobs, ...gateways },
      { run: aRun(), project: 'acme', location: 'us-central1', job: job.name, input: [], ...input },
      anAttempt(),
    );
  return {
    side,
    job,
    adopt,
    adoptionUri: `gs://acme/elsewhere/vertex-batch-adopted-${job.name.split('/').at(-1)}.json`,
  };
}

/** The jobs, of which those that are described say something else. */
function describing(jobs: VertexJobs, said: object): VertexJobs {
  return new Proxy(jobs, {
    get: (target, name) =>
      name === 'describe'
        ? async (job: string) => ({ ...(await target.describe(job)), ...said })
        : Reflect.get(target, name).bind(target),
  });
}

describe('adoptJob', () => {
  it('tells what the job was asked, and notes it as the first round of the run', async () => {
    const { side, job, adopt } = await aJobOfOthers();
    expect(await adopt()).toMatchObject({
      job: { name: job.name },
      inputUris: ['gs://acme/in.jsonl'],
      outputUri: 'gs://acme/elsewhere/',
    });
    expect(await readOutcome(side.store, aRun(), A_CLAIM)).toEqual({ kind: 'job', name: job.name });
    expect(await side.submit()).toMatchObject({ kind: 'standing', job: { name: job.name } });
    expect(side.posts).toBe(1);
  });

  it('takes it once, however many attempts and executions of the run there are', async () => {
    const { adopt } = await aJobOfOthers();
    const first = await adopt();
    expect(await adopt()).toEqual(first);
    expect(await adopt({ run: aRun({ execution: 'execution-2' }) })).toEqual(first);
  });

  it('goes on where an attempt died between its writes', async () => {
    const { side, job, adopt } = await aJobOfOthers();
    const dying = storeWith(side.store, {
      write: (uri, ...rest) =>
        uri.endsWith('.outcome.json')
          ? Promise.reject(new GatewayError('unavailable', 'gone'))
          : side.store.write(uri, ...rest),
    });
    await expect(adopt({}, { store: dying as never })).rejects.toThrow('gone');
    expect(await adopt()).toMatchObject({ job: { name: job.name } });
  });

  it('knows a job by the id and by the number of its project', async () => {
    const { job, adopt } = await aJobOfOthers();
    const [, number = ''] = job.name.split('/');
    const byId = job.name.replace(number, 'acme');
    expect(await adopt({ job: byId })).toMatchObject({ job: { name: job.name } });
    expect(await adopt({ job: byId, project: number })).toMatchObject({ job: { name: job.name } });
  });

  it('refuses a job that another run has adopted, and says which and what to do', async () => {
    const { adopt, adoptionUri } = await aJobOfOthers();
    await adopt({ run: OTHER_RUN });
    const refused = adopt();
    await expect(refused).rejects.toMatchObject({ type: 'JobTaken' });
    await expect(refused).rejects.toThrow(`adopted by the run in ${OTHER_RUN.directory}`);
    await expect(refused).rejects.toThrow(`delete ${adoptionUri}`);
  });

  it('refuses a job that a run created', async () => {
    const { side, adopt } = await aJobOfOthers();
    const ours = await side.createLabelled();
    const refused = adopt({ job: ours.name });
    await expect(refused).rejects.toMatchObject({ type: 'JobTaken' });
    await expect(refused).rejects.toThrow(/start that run's workflow id again/);
  });

  it('refuses a workflow id that has sent a job of its own', async () => {
    const { side, adopt } = await aJobOfOthers();
    await side.submit();
    await expect(adopt()).rejects.toMatchObject({ type: 'WorkflowIdTaken' });
  });

  it('refuses a workflow id whose create may have been carried out, and decides nothing about it', async () => {
    const { side, adopt } = await aJobOfOthers();
    side.emulator.setScenario({ faults: [{ call: 'create', fault: { kind: 'lost-answer' } }] });
    await side.submit();
    await expect(adopt()).rejects.toMatchObject({ type: 'WorkflowIdTaken' });
    expect(await readOutcome(side.store, aRun(), A_CLAIM)).toBeUndefined();
  });

  it('refuses a workflow id that has a plan of its own', async () => {
    const { side, adopt, adoptionUri } = await aJobOfOthers();
    await side.store.write(planUri(aRun()), JSON.stringify({ version: 1, keys: { mode: 'brought' } }));
    await expect(adopt()).rejects.toMatchObject({ type: 'WorkflowIdTaken' });
    expect(await side.store.find(adoptionUri)).toBeUndefined();
  });

  it.each([
    ['another project', { project: 'other' }],
    ['a job that does not exist', { job: 'projects/acme/locations/us-central1/batchPredictionJobs/1' }],
  ])('refuses %s', async (_, input) => {
    const { adopt } = await aJobOfOthers();
    const refused = adopt(input);
    await expect(refused).rejects.toMatchObject({ type: 'InvalidRequest' });
    await expect(refused).rejects.toThrow(/is no job of project .* look in the console/);
  });

  it('says that a job which was taken over exists no more', async () => {
    const { side, job, adopt } = await aJobOfOthers();
    await adopt();
    await side.jobs.cancel(job.name);
    await side.emulator.advance(3_600_000);
    await side.jobs.delete(job.name);
    await expect(adopt()).rejects.toMatchObject({ type: 'JobVanished' });
  });

  it.each([
    ['the same objects, in any order', ['gs://acme/b.jsonl', 'gs://acme/a*.jsonl'], true],
    ['fewer', ['gs://acme/b.jsonl'], false],
    ['more', ['gs://acme/b.jsonl', 'gs://acme/a*.jsonl', 'gs://acme/c.jsonl'], false],
    ['one of them twice', ['gs://acme/b.jsonl', 'gs://acme/b.jsonl'], false],
    ['others', ['gs://acme/copy.jsonl'], false],
  ])('takes an input that names what the job reads: %s', async (_, input, fits) => {
    const { side, adopt } = await aJobOfOthers();
    const jobs = describing(side.jobs, { inputUris: ['gs://acme/a*.jsonl', 'gs://acme/b.jsonl'] });
    const adopted = adopt({ input }, { jobs });
    if (fits) expect((await adopted).inputUris).toEqual(['gs://acme/a*.jsonl', 'gs://acme/b.jsonl']);
    else await expect(adopted).rejects.toThrow(/isn't what .* reads, .* leave input out/);
  });

  it.each([
    ['reads two tables', { inputUris: ['bq://acme.prompts.today', 'bq://acme.prompts.tomorrow'] }],
    ['reads what is no table', { inputUris: ['bq://acme.prompts'] }],
    ['reads what is no object', { inputUris: [] }],
    ['reads more names than a history can hold', { inputUris: ['gs://acme/'.padEnd(8_001, 'x')] }],
    ['writes what is no table', { outputUri: 'bq://acme.answers.today.more' }],
    ['writes nowhere', { outputUri: null }],
  ])('refuses a job that %s, and takes nothing', async (_, said) => {
    const { side, adopt, adoptionUri } = await aJobOfOthers();
    await expect(adopt({}, { jobs: describing(side.jobs, said) })).rejects.toMatchObject({ type: 'InvalidRequest' });
    expect(await side.store.find(adoptionUri)).toBeUndefined();
  });

  it.each(['bq://acme', 'bq://acme.answers', 'bq://acme.answers.today'])(
    'takes a job that writes to %s once below the output of runs, and tells what it reads and writes',
    async (outputUri) => {
      const { side, job, adopt } = await aJobOfOthers();
      const inputUris = ['bq://acme.prompts.today'];
      const jobs = describing(side.jobs, { inputUris, outputUri });
      const output = 'gs://acme/answers/';
      expect(await adopt({ output }, { jobs })).toMatchObject({ inputUris, outputUri });
      const refused = adopt({ output, run: OTHER_RUN }, { jobs });
      await expect(refused).rejects.toMatchObject({ type: 'JobTaken' });
      await expect(refused).rejects.toThrow(`delete ${output}vertex-batch-adopted-${job.name.split('/').at(-1)}.json`);
    },
  );
});
