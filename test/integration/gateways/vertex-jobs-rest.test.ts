import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serveEmulator } from '../../../src/emulator';
import { AccessTokensFixed } from '../../../src/gateways/access-tokens-google';
import { VertexJobsRest } from '../../../src/gateways/vertex-jobs-rest';
import { aNewJob, describeVertexJobs, errorOf } from '../../support/vertex-jobs-contract';

const tokens = new AccessTokensFixed();

describeVertexJobs('VertexJobsRest on the emulator over a socket', {
  open: async (emulator) => {
    const server = await serveEmulator(emulator);
    return { jobs: new VertexJobsRest({ tokens, endpoint: server.url }), close: () => server.close() };
  },
});

describe('VertexJobsRest', () => {
  const parent = { project: 'acme', location: 'us-central1' };

  it('knows that a create was never sent when nobody listens', async () => {
    const jobs = new VertexJobsRest({ tokens, endpoint: `http://127.0.0.1:${await aClosedPort()}` });
    const error = await errorOf(jobs.create(parent, aNewJob()));
    expect(error).toMatchObject({ kind: 'unavailable', effect: 'never-sent' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('knows that a create was never sent when the host has no address', async () => {
    const jobs = new VertexJobsRest({ tokens, endpoint: 'http://vertex.invalid' });
    expect(await errorOf(jobs.create(parent, aNewJob()))).toMatchObject({ kind: 'unavailable', effect: 'never-sent' });
  });
});

async function aClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
