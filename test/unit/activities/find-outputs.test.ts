import { describe, expect, it } from 'vitest';
import type { FindOutputsInput } from '../../../src/activities/contract';
import { findOutputs } from '../../../src/activities/find-outputs';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import type { VertexJob } from '../../../src/gateways/vertex-jobs';
import { readJson } from '../../../src/rows/commits';
import type { JobOutputs } from '../../../src/rows/records';
import { testAttempt } from '../../support/attempt';
import { anEndedJob } from '../../support/job-output';
import { RUN } from '../../support/planned-part';

const tables = new TableStoreMemory();
const prefix = `${RUN.directory}jobs/${RUN.key}-p1-r1-a1/`;
const directory = `${prefix}prediction-model-2026-09-02T20:06:30.166279Z`;

function inputFor(job: Partial<VertexJob>): FindOutputsInput {
  const claim = { part: 1, round: 1, attempt: 1 };
  return { run: RUN, planUri: `${RUN.directory}plan.json`, claim, job: anEndedJob(job), handler: null };
}

async function found(names: readonly string[], job: Partial<VertexJob> = {}) {
  const store = new MemoryObjectStore();
  for (const name of names) await store.write(name, 'some bytes\n');
  const outputs = await findOutputs({ store, tables }, inputFor(job), testAttempt());
  const { files } = await readJson<JobOutputs>(store, outputs.outputsUri);
  return files.map(({ uri }) => uri);
}

describe('finding outputs', () => {
  it.each([
    ['predictions.jsonl', true],
    ['predictions_0001.jsonl', true],
    ['predictions.jsonl-00000-of-00002', true],
    ['incremental_predictions.jsonl', false],
    ['errors_0001.jsonl', false],
    ['predictions.jsonl.tmp', false],
    ['below/predictions.jsonl', false],
  ])('of a job that succeeded: %s → %s', async (name, isOutput) => {
    expect(await found([`${directory}/${name}`], { outputDirectory: directory })).toEqual(
      isOutput ? [`${directory}/${name}`] : [],
    );
  });

  it('takes incremental files, too, where a job died', async () => {
    const names = [`${directory}/incremental_predictions.jsonl`, `${directory}/predictions.jsonl`];
    expect(await found(names, { state: 'JOB_STATE_FAILED', outputDirectory: directory })).toEqual(names);
  });

  it('looks below the prefix of the claim when the service names no directory', async () => {
    const names = [`${directory}/predictions.jsonl`, `${prefix}other/predictions.jsonl`];
    expect(await found(names, { outputDirectory: null })).toEqual([names[0]]);
  });

  it('finds nothing where nothing was written', async () => {
    expect(await found([], { outputDirectory: null })).toEqual([]);
  });

  describe('where a listing lags behind the job’s end', () => {
    const answered = { succeeded: 3, failed: 0, incomplete: 0 };
    const look = (store: MemoryObjectStore, job: Partial<VertexJob>, waitedMs: number) =>
      findOutputs(
        { store, tables },
        { ...inputFor({ outputDirectory: directory, ...job }), listingLagMs: 60_000 },
        { ...testAttempt(), waited: () => waitedMs },
      );

    it.each<[string, Partial<VertexJob>, readonly string[], string]>([
      ['succeeded', {}, [], 'no file'],
      ['failed with rows answered', { state: 'JOB_STATE_FAILED', counts: answered }, [], 'no file'],
      ['names more shards', {}, ['predictions.jsonl-00000-of-00002'], 'only 1 of its files'],
    ])('looks again for files of a job that %s', async (_, job, names, shown) => {
      const store = new MemoryObjectStore();
      for (const name of names) await store.write(`${directory}/${name}`, 'x\n');
      await expect(look(store, job, 59_999)).rejects.toMatchObject({
        kind: 'unavailable',
        message: expect.stringContaining(`${shown} shows below ${directory}/ yet`),
      });
      await store.write(`${directory}/predictions.jsonl-00000-of-00002`, 'x\n');
      await store.write(`${directory}/predictions.jsonl-00001-of-00002`, 'y\n');
      expect(await look(store, job, 59_999)).toMatchObject({ files: 2 });
    });

    it('goes on without them after so long', async () => {
      expect(await look(new MemoryObjectStore(), {}, 60_000)).toMatchObject({ files: 0 });
    });

    it.each<[string, Partial<VertexJob>]>([
      ['answered no row', { counts: { ...answered, succeeded: 0 } }],
      ['tells no counts', { counts: null }],
    ])('doesn’t wait for those of a job that failed and %s', async (_, job) => {
      const failed = { state: 'JOB_STATE_FAILED', ...job };
      expect(await look(new MemoryObjectStore(), failed, 0)).toMatchObject({ files: 0 });
    });
  });

  it('takes the directory of an adopted job, and says so', async () => {
    const store = new MemoryObjectStore();
    await store.write('gs://elsewhere/out/predictions.jsonl', 'x\n');
    const attempt = testAttempt();
    const input = inputFor({ outputDirectory: 'gs://elsewhere/out' });
    expect(await findOutputs({ store, tables }, input, attempt)).toMatchObject({ files: 1, bytes: 2, ranges: 1 });
    expect(attempt.warnings.join()).toContain('wrote to gs://elsewhere/out/');
  });

  describe('of a job that somebody else created', () => {
    const shared = 'gs://elsewhere/answers/';
    const mine = `${shared}prediction-model-2026-09-02T20:06:30.166279Z/predictions.jsonl`;
    const other = `${shared}prediction-model-2026-09-02T20:06:31.000001Z/predictions.jsonl`;

    async function foundOf(names: readonly string[], outputDirectory: string | null) {
      const store = new MemoryObjectStore();
      for (const name of names) await store.write(name, 'x\n');
      const attempt = testAttempt();
      const outputs = await findOutputs(
        { store, tables },
        { ...inputFor({ outputDirectory }), outputUri: shared },
        attempt,
      );
      const { files } = await readJson<JobOutputs>(store, outputs.outputsUri);
      return { uris: files.map(({ uri }) => uri), warnings: attempt.warnings };
    }

    it('takes the directory that the service names, and finds nothing strange in it', async () => {
      expect(await foundOf([mine, other], mine.replace('/predictions.jsonl', ''))).toEqual({
        uris: [mine],
        warnings: [],
      });
    });

    it('takes the only directory below its prefix where the service names none', async () => {
      expect(await foundOf([mine], null)).toMatchObject({ uris: [mine] });
    });

    it('doesn’t guess which of several it is', async () => {
      await expect(foundOf([mine, other], null)).rejects.toThrow(/2 jobs wrote below its prefix/);
    });
  });

  it('refuses an output that is no directory in Cloud Storage', async () => {
    const input = inputFor({ outputDirectory: 'bq://project.dataset' });
    await expect(findOutputs({ store: new MemoryObjectStore(), tables }, input, testAttempt())).rejects.toMatchObject({
      type: 'InvalidRequest',
      message: expect.stringContaining('bq://project.dataset'),
    });
  });

  it('stays with what it found first', async () => {
    const store = new MemoryObjectStore();
    const input = inputFor({ outputDirectory: directory });
    const first = await findOutputs({ store, tables }, input, testAttempt());
    await store.write(`${directory}/predictions.jsonl`, 'late\n');
    expect(await findOutputs({ store, tables }, input, testAttempt())).toEqual(first);
  });
});
