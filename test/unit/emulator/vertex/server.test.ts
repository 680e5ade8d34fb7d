import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import { afterEach, describe, expect, it } from 'vitest';

import { createEmulator, serveEmulator } from '../../../../src/emulator';
import type { EmulatorServer, Fault } from '../../../../src/emulator';
import { waitFor } from '../../../support/wait-for';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function served(fault?: Fault) {
  const emulator = createEmulator({ scenario: { faults: fault === undefined ? [] : [{ call: '*', fault }] } });
  const server = await serveEmulator(emulator);
  closing.push(
    () => emulator.close(),
    () => server.close(),
  );
  return { emulator, server };
}

interface Received {
  readonly response: IncomingMessage | undefined;
  readonly body: string;
  readonly error: NodeJS.ErrnoException | undefined;
}

function received(server: EmulatorServer): Promise<Received> {
  return new Promise((resolve) => {
    let response: IncomingMessage | undefined;
    let body = '';
    const end = (error?: NodeJS.ErrnoException) => {
      resolve({ response, body, error });
    };
    const call = request(`${server.url}/v1/projects/p/locations/l/batchPredictionJobs`, {
      headers: { authorization: 'Bearer t' },
      agent: false,
    });
    call.on('response', (incoming) => {
      response = incoming;
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      incoming.on('end', () => end()).on('error', end);
    });
    call.on('error', end).end();
  });
}

describe('an emulator on a port', () => {
  it('listens on the loopback address and answers', async () => {
    const { server } = await served();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await received(server)).toMatchObject({ body: '{}\n', error: undefined });
  });

  it('takes the port that it is given, and says so when it is taken', async () => {
    const { emulator, server } = await served();
    const port = Number(new URL(server.url).port);
    await expect(serveEmulator(emulator, { port })).rejects.toThrow('EADDRINUSE');
  });

  it('resets the socket without an answer', async () => {
    const { server } = await served({ kind: 'reset' });
    expect(await received(server)).toMatchObject({ response: undefined, error: { code: 'ECONNRESET' } });
  });

  it('resets the socket in the middle of a body', async () => {
    const { server } = await served({ kind: 'truncate', afterBytes: 2 });
    const { response, body, error } = await received(server);
    expect(response?.statusCode).toBe(200);
    expect(response?.headers['content-length']).toBe('3');
    expect(body).toBe('{}');
    expect(error?.code).toBe('ECONNRESET');
  });

  it('closes the socket politely in the middle of a body', async () => {
    const { server } = await served({ kind: 'half-close', afterBytes: 1 });
    const { body, error } = await received(server);
    expect(body).toBe('{');
    expect(error?.message).toBe('aborted');
  });

  it('hears that a caller of a stalled call has gone', async () => {
    const { emulator, server } = await served({ kind: 'stall' });
    const caller = new AbortController();
    const call = fetch(`${server.url}/x`, { signal: caller.signal });
    await waitFor(() => emulator.calls().length === 1, { what: 'the call to arrive' });
    caller.abort();
    await expect(call).rejects.toThrow(/abort/);
    await waitFor(() => emulator.calls()[0]?.status === 'reset', { what: 'the emulator to let the call go' });
  });

  it('closes with calls under way', async () => {
    const { emulator, server } = await served({ kind: 'stall' });
    const call = fetch(`${server.url}/x`);
    const outcome = call.catch((error: unknown) => error);
    await waitFor(() => emulator.calls().length === 1, { what: 'the call to arrive' });
    await server.close();
    expect(await outcome).toMatchObject({ message: 'fetch failed' });
  });
});
