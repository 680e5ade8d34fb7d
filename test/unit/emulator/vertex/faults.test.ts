import { describe, expect, it } from 'vitest';

import { ConnectionFault, createEmulator } from '../../../../src/emulator';
import type { Fault, FaultRule } from '../../../../src/emulator';
import { aJobBody, EmulatorBench, PARENT } from '../../../support/an-emulator';

const JOBS = `/v1/${PARENT}/batchPredictionJobs`;

function withFault(fault: Fault, call: FaultRule['call'] = 'create', rule: Partial<FaultRule> = {}): EmulatorBench {
  return new EmulatorBench({ scenario: { faults: [{ call, fault, ...rule }] } });
}

describe('a fault', () => {
  it('answers with a status, a body and Retry-After in place of the service', async () => {
    const bench = withFault({ kind: 'status', status: 429, retryAfter: 7 });
    const response = await bench.call('POST', JOBS, aJobBody());
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
    expect(bench.emulator.jobs()).toEqual([]);
    const own = withFault({ kind: 'status', status: 503, body: 'upstream connect error' });
    expect(await (await own.call('POST', JOBS, aJobBody())).text()).toBe('upstream connect error');
  });

  it('loses the answer to a call that was carried out', async () => {
    const bench = withFault({ kind: 'lost-answer' });
    await expect(bench.call('POST', JOBS, aJobBody())).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(bench.emulator.jobs()).toHaveLength(1);
  });

  it('carries a call out and answers with an error', async () => {
    const bench = withFault({ kind: 'lost-answer', as: 'status' });
    expect((await bench.call('POST', JOBS, aJobBody())).status).toBe(500);
    expect(bench.emulator.jobs()).toHaveLength(1);
  });

  it('resets the connection before the call is carried out', async () => {
    const bench = withFault({ kind: 'reset' });
    await expect(bench.call('POST', JOBS, aJobBody())).rejects.toBeInstanceOf(ConnectionFault);
    expect(bench.emulator.jobs()).toEqual([]);
    expect(bench.emulator.calls()).toMatchObject([{ call: 'create', status: 'reset' }]);
  });

  it('stalls until the caller gives up or the emulator closes', async () => {
    const bench = withFault({ kind: 'stall' }, '*', { times: 2 });
    const caller = new AbortController();
    const stalled = bench.emulator.fetch(new Request('http://emulator.test/x', { signal: caller.signal }));
    caller.abort();
    await expect(stalled).rejects.toThrow('ECONNRESET');
    const second = bench.call('GET', '/x');
    await bench.emulator.close();
    await expect(second).rejects.toThrow('ECONNRESET');
  });

  it('cuts a body after so many bytes', async () => {
    const bench = withFault({ kind: 'truncate', afterBytes: 20 }, 'list');
    const response = await bench.call('GET', JOBS);
    await expect(response.text()).rejects.toBeDefined();
    const bytes = withFault({ kind: 'truncate', afterBytes: 2 }, 'list');
    const reader = (await bytes.call('GET', JOBS)).body?.getReader();
    expect((await reader?.read())?.value?.byteLength).toBe(2);
    await expect(reader?.read()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('closes politely in the middle of a body', async () => {
    const bench = withFault({ kind: 'half-close' });
    const reader = (await bench.call('POST', JOBS, aJobBody())).body?.getReader();
    await reader?.read();
    await expect(reader?.read()).rejects.toMatchObject({ kind: 'half-close', code: 'UND_ERR_SOCKET' });
  });

  it.each([
    ['html', { kind: 'html' }, 502, /^text\/html/],
    ['a wrong content type', { kind: 'wrong-content-type' }, 200, /^text\/plain/],
  ] as const)('gives %s', async (_what, fault, status, contentType) => {
    const response = await withFault(fault).call('POST', JOBS, aJobBody());
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(contentType);
  });

  it('redirects', async () => {
    const response = await withFault({ kind: 'redirect', location: 'https://elsewhere.test/' }).call(
      'POST',
      JOBS,
      aJobBody(),
    );
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('https://elsewhere.test/');
  });

  it('slows a body down', async () => {
    const emulator = createEmulator({
      clock: { scale: 1000 },
      scenario: { faults: [{ call: '*', fault: { kind: 'slow', bytesPerSecond: 100 } }] },
    });
    const began = emulator.clock.now();
    const body = await (await emulator.fetch(new Request('http://emulator.test/'))).text();
    expect(emulator.clock.now() - began).toBeGreaterThan((body.length / 100) * 900);
    await emulator.close();
  });

  it('meets as many calls as it says, after those it lets pass, on paths that it names', async () => {
    const bench = withFault({ kind: 'status', status: 500 }, 'get', { skip: 1, times: 2, path: 'us-central1' });
    const { name } = await bench.create();
    const elsewhere = `/v1/projects/acme/locations/global/batchPredictionJobs/1`;
    const statuses: number[] = [];
    for (const path of [elsewhere, `/v1/${name}`, `/v1/${name}`, `/v1/${name}`, `/v1/${name}`]) {
      statuses.push((await bench.call('GET', path)).status);
    }
    expect(statuses).toEqual([404, 200, 500, 500, 200]);
  });

  it('meets storage calls by kind', async () => {
    const bench = withFault({ kind: 'status', status: 503 }, 'storage.*', { times: 10 });
    const paths: readonly [string, string, string][] = [
      ['GET', '/storage/v1/b/bucket/o', 'storage.list'],
      ['GET', '/storage/v1/b/bucket/o/a%2Fb', 'storage.get'],
      ['GET', '/storage/v1/b/bucket/o/a%2Fb?alt=media', 'storage.read'],
      ['POST', '/upload/storage/v1/b/bucket/o?uploadType=multipart', 'storage.write'],
      ['POST', '/storage/v1/b/bucket/o/a/compose', 'storage.write'],
      ['DELETE', '/storage/v1/b/bucket/o/a', 'storage.delete'],
    ];
    for (const [method, path] of paths) {
      expect((await bench.call(method, path, method === 'POST' ? {} : undefined)).status).toBe(503);
    }
    expect(bench.emulator.calls().map(({ call }) => call)).toEqual(paths.map(([, , call]) => call));
  });
});

describe('the clock', () => {
  it('runs faster than the real one by its factor', async () => {
    const emulator = createEmulator({ clock: { scale: 100_000 } });
    const before = emulator.clock.now();
    await emulator.clock.sleep(60_000);
    expect(emulator.clock.now() - before).toBeGreaterThanOrEqual(59_000);
    await emulator.close();
  });

  it('is moved by advance only when it is stepped', async () => {
    await expect(createEmulator().advance(5)).rejects.toThrow("clock: 'stepped'");
  });
});
