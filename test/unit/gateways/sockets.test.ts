import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as otherWork } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Sockets } from '../../../src/gateways/sockets';
import { startTlsFront } from '../../support/tls-front';

const REQUESTS = 20;

describe('Sockets', () => {
  const server = createServer();
  let url: URL;

  beforeEach(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(() => server.close());

  it('has many requests listen to one signal, which ends them all, without a warning', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const controller = new AbortController();
    const sockets = new Sockets();
    let arrived = 0;
    const allArrived = new Promise<void>((resolve) => {
      server.on('request', () => (arrived += 1) === REQUESTS && resolve());
    });
    const requests = Array.from({ length: REQUESTS }, () =>
      sockets.send({ method: 'GET', url, headers: {}, signal: controller.signal }),
    );
    const settled = Promise.allSettled(requests);
    await allArrived;
    controller.abort();
    const ends = await settled;
    process.off('warning', note);
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: REQUESTS }, () => 'rejected'));
    expect(warnings).toEqual([]);
  });

  it.each(['http', 'https'])('keeps the bytes of answers apart that come at a time over %s', async (protocol) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    server.removeAllListeners('request').on('request', (request, response) => {
      response.end(contentOf(request.url ?? ''));
    });
    const front = protocol === 'https' ? await startTlsFront(String(url)) : undefined;
    const base = front?.url ?? String(url);
    const sockets = new Sockets();
    for (const round of ['first', 'over the same sockets']) {
      const answers = Array.from({ length: 5 }, async (_, answer) => {
        const path = `/${round.length}-${answer}`;
        const response = await sockets.send({ method: 'GET', url: new URL(path, base), headers: {} });
        return { path, content: await slowlyRead(response) };
      });
      for (const { path, content } of await Promise.all(answers)) {
        expect(content.equals(contentOf(path)), `${round}: ${path}`).toBe(true);
      }
    }
    server.closeAllConnections();
    await front?.close();
    vi.unstubAllEnvs();
  });
});

const CONTENT_BYTES = 3_000_000;

function contentOf(path: string): Buffer {
  return Buffer.alloc(CONTENT_BYTES, path);
}

/** Lets the network wait for its reader again and again. */
async function slowlyRead(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of response) {
    pieces.push(piece as Buffer);
    await otherWork();
  }
  return Buffer.concat(pieces);
}
