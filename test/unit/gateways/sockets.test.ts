import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sockets } from '../../../src/gateways/sockets';

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
});
