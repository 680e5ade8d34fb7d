import { describe, expect, it } from 'vitest';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import type { RestGatewayOptions } from '../../../src/gateways/rest-gateway-options';
import { VertexJobsRest } from '../../../src/gateways/vertex-jobs-rest';
import { aNewJob, describeVertexJobs, errorOf } from '../../support/vertex-jobs-contract';

describeVertexJobs('VertexJobsRest on the emulator in its own process', {
  open: async (emulator) => ({
    jobs: new VertexJobsRest({
      tokens: new AccessTokensFixed(),
      endpoint: 'http://localhost/some/prefix',
      fetch: (request) => emulator.fetch(request),
    }),
    close: async () => undefined,
  }),
});

const JOB = 'projects/1/locations/L/batchPredictionJobs/9';

/** Answers every request with `answer`, and keeps what was asked. */
function recording(answer: () => Response, options: Partial<RestGatewayOptions> = {}) {
  const requests: Request[] = [];
  const jobs = new VertexJobsRest({
    tokens: new AccessTokensFixed('the-real-token'),
    fetch: async (request) => {
      requests.push(request);
      return answer();
    },
    ...options,
  });
  return { jobs, requests };
}

const anAnswer = (): Response => Response.json({ name: JOB });

describe('VertexJobsRest', () => {
  it.each([
    ['us-central1', 'https://us-central1-aiplatform.googleapis.com'],
    ['global', 'https://aiplatform.googleapis.com'],
    ['us', 'https://aiplatform.us.rep.googleapis.com'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
  ])('calls the host of %s with the token', async (location, host) => {
    const { jobs, requests } = recording(anAnswer);
    await jobs.create({ project: 'acme', location }, aNewJob());
    await jobs.get(`projects/12/locations/${location}/batchPredictionJobs/9`);
    await jobs.cancel(`projects/12/locations/${location}/batchPredictionJobs/9`);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${host}/v1/projects/acme/locations/${location}/batchPredictionJobs`,
      `GET ${host}/v1/projects/12/locations/${location}/batchPredictionJobs/9`,
      `POST ${host}/v1/projects/12/locations/${location}/batchPredictionJobs/9:cancel`,
    ]);
    expect(new Set(requests.map(({ headers }) => headers.get('authorization')))).toEqual(
      new Set(['Bearer the-real-token']),
    );
  });

  it('never asks for a token where it may not be sent', async () => {
    const tokens = { getAccessToken: () => Promise.reject(new Error('was asked')) };
    const { jobs, requests } = recording(anAnswer, { tokens, endpoint: 'http://emulator:8080/prefix/' });
    await jobs.get(JOB.replace('/L/', '/us-central1/'));
    expect(requests[0]?.url).toBe(
      'http://emulator:8080/prefix/v1/projects/1/locations/us-central1/batchPredictionJobs/9',
    );
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer emulator');
  });

  it('calls a source of tokens that fails, or gives none, unauthenticated', async () => {
    const parent = { project: 'acme', location: 'global' };
    const failing = recording(anAnswer, { tokens: { getAccessToken: () => Promise.reject(new Error('no vault')) } });
    expect(await errorOf(failing.jobs.create(parent, aNewJob()))).toMatchObject({
      kind: 'unauthenticated',
      effect: 'never-sent',
      message: 'Cannot get an access token: auth.getAccessToken failed: no vault.',
    });
    const empty = recording(anAnswer, { tokens: new AccessTokensFixed('') });
    expect((await errorOf(empty.jobs.create(parent, aNewJob()))).message).toContain('got an empty string');
    expect([...failing.requests, ...empty.requests]).toEqual([]);
  });

  it.each([
    [401, ['the-real-token']],
    [403, []],
    [200, []],
  ])('tells the source of a token after %i which one Google refused: %j', async (status, told) => {
    const refused: string[] = [];
    const tokens = {
      getAccessToken: async () => 'the-real-token',
      refused: (token: string) => void refused.push(token),
    };
    const { jobs } = recording(() => Response.json({ name: JOB }, { status }), { tokens });
    await jobs.get(JOB.replace('/L/', '/us-central1/')).catch(() => undefined);
    expect(refused).toEqual(told);
  });

  it('never sends a create for which no token came in time', async () => {
    const { jobs, requests } = recording(anAnswer, { tokens: { getAccessToken: () => new Promise(() => undefined) } });
    const error = await errorOf(jobs.create({ project: 'p', location: 'global' }, aNewJob(), { timeoutMs: 20 }));
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'never-sent' });
    expect(error.message).toContain('no answer within 20 ms');
    expect(requests).toEqual([]);
  });

  it('stops a listing that repeats a page', async () => {
    const { jobs } = recording(() => Response.json({ nextPageToken: 'again' }));
    const listing = jobs.list({ project: 'p', location: 'global' }, '')[Symbol.asyncIterator]();
    expect((await errorOf(listing.next())).message).toContain('the listing repeats a page');
  });

  it('takes no answer that is longer than any answer of the service', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)),
    });
    const { jobs } = recording(() => new Response(endless));
    const error = await errorOf(jobs.get('projects/1/locations/global/batchPredictionJobs/9'));
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'unknown' });
    expect(error.message).toContain('the answer is longer than');
  });

  it('puts neither token nor request into the message of an error', async () => {
    const { jobs } = recording(() => new Response('<html>the-real-token</html>', { status: 502 }));
    const error = await errorOf(jobs.create({ project: 'p', location: 'global' }, aNewJob()));
    expect(error.message).not.toMatch(/the-real-token|gemini|gs:/);
  });
});
