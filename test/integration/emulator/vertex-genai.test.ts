import type { GoogleGenAI } from '@google/genai' with { 'resolution-mode': 'import' };
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { serveEmulator } from '../../../src/emulator';
import type { EmulatorServer } from '../../../src/emulator';
import { EmulatorBench, someRows } from '../../support/an-emulator';
import { waitFor } from '../../support/wait-for';

const bench = new EmulatorBench({ clock: 'real' });
let server: EmulatorServer;
let Client: typeof GoogleGenAI;

beforeAll(async () => {
  ({ GoogleGenAI: Client } = await import('@google/genai'));
  await bench.put('gs://bucket/in.jsonl', someRows(10));
  server = await serveEmulator(bench.emulator);
});

afterAll(async () => {
  await server.close();
  await bench.emulator.close();
});

/** Google's own client, pointed at the emulator as its documentation says. */
function genai(options: { apiVersion?: string; path?: string; location?: string; project?: string } = {}): GoogleGenAI {
  const authClient = { getRequestHeaders: () => Promise.resolve(new Headers({ authorization: 'Bearer token' })) };
  return new Client({
    vertexai: true,
    project: options.project ?? 'genai-project',
    location: options.location ?? 'us-central1',
    ...(options.apiVersion !== undefined && { apiVersion: options.apiVersion }),
    httpOptions: { baseUrl: `${server.url}${options.path ?? ''}` },
    googleAuthOptions: { authClient: authClient as never },
  });
}

describe('@google/genai', () => {
  it.each([
    ['v1beta1', {}],
    ['v1', { apiVersion: 'v1' }],
    ['a base path', { path: '/env/emulated' }],
    ['the global location', { location: 'global' }],
  ])('runs a job to its end through %s', async (_what, options) => {
    const { batches } = genai(options);
    const created = await batches.create({
      model: 'gemini-2.5-flash',
      src: 'gs://bucket/in.jsonl',
      config: { dest: 'gs://bucket/genai', displayName: 'by genai' },
    });
    expect(created).toMatchObject({
      displayName: 'by genai',
      model: 'publishers/google/models/gemini-2.5-flash',
      state: 'JOB_STATE_PENDING',
      src: { format: 'jsonl', gcsUri: ['gs://bucket/in.jsonl'] },
      dest: { format: 'jsonl', gcsUri: 'gs://bucket/genai' },
    });
    const job = await waitFor(
      async () => {
        const seen = await batches.get({ name: created.name ?? '' });
        return String(seen.state) === 'JOB_STATE_SUCCEEDED' ? seen : undefined;
      },
      { what: 'the job to succeed' },
    );
    expect(job).toMatchObject({ completionStats: { successfulCount: '10' } });
    expect(job.outputInfo?.gcsOutputDirectory).toMatch(/^gs:\/\/bucket\/genai\/prediction-model-/);
    expect(Date.parse(job.endTime ?? '')).toBeGreaterThan(Date.parse(job.createTime ?? ''));
  });

  it('lists through pages and a filter with spaces, and finds a label given as an extra field', async () => {
    const { batches } = genai({ project: 'listing' });
    for (const displayName of ['x y', 'z', 'x y']) {
      await batches.create({
        model: 'gemini-2.5-flash',
        src: 'gs://bucket/in.jsonl',
        config: {
          displayName,
          httpOptions: { extraBody: { labels: { run: displayName === 'z' ? 'other' : 'mine' } } },
        },
      });
    }
    const found: string[] = [];
    const pages = await batches.list({ config: { pageSize: 1, filter: 'labels.run=mine AND display_name="x y"' } });
    for await (const job of pages) found.push(job.displayName ?? '');
    expect(found).toEqual(['x y', 'x y']);
  });

  it('cancels, is refused a second time, and deletes', async () => {
    const { batches } = genai();
    const { name = '' } = await batches.create({ model: 'gemini-2.5-flash', src: 'gs://bucket/in.jsonl' });
    const early = await batches.delete({ name }).catch((error: unknown) => error);
    expect(early).toMatchObject({
      name: 'ApiError',
      status: 400,
      message: expect.stringContaining('FAILED_PRECONDITION'),
    });
    expect(await batches.cancel({ name })).toBeUndefined();
    await waitFor(async () => String((await batches.get({ name })).state) === 'JOB_STATE_CANCELLED', {
      what: 'the job to be cancelled',
    });
    await expect(batches.cancel({ name })).rejects.toMatchObject({ status: 400 });
    expect(await batches.delete({ name })).toMatchObject({ done: true });
    await expect(batches.get({ name })).rejects.toMatchObject({ status: 404 });
  });

  it('is told that a model does not exist', async () => {
    const create = genai().batches.create({ model: 'gemini-does-not-exist', src: 'gs://bucket/in.jsonl' });
    await expect(create).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('The PublisherModel gemini-does-not-exist does not exist.'),
    });
  });

  it('fails to reach a bucket that is not there only after the job was accepted', async () => {
    const { batches } = genai();
    const { name = '' } = await batches.create({ model: 'gemini-2.5-flash', src: 'gs://nowhere/in.jsonl' });
    const failed = await waitFor(
      async () => {
        const job = await batches.get({ name });
        return job.error === undefined ? undefined : job;
      },
      { what: 'the job to fail' },
    );
    expect(failed).toMatchObject({ state: 'JOB_STATE_FAILED', error: { code: 9 } });
  });
});
