import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendingHandlers } from '../../../examples/rate-limited';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { keysOf } from '../../support/exact-books';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

const ROWS = 400;
const LIMIT = 3;

/** A service that takes so many requests at a time, and answers 429 to every other. */
class BusyService {
  /** Keys of the requests that it took, in their order. */
  readonly taken: string[] = [];
  mostAtATime = 0;
  refused = 0;
  /** Requests that it breaks with 503 before it takes any. */
  broken = 0;
  readonly #server: Server;
  #open = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      request.resume();
      const key = String(request.headers['idempotency-key']);
      void this.#answer(key).then(({ status, headers }) => response.writeHead(status, headers).end('{}'));
    });
  }

  static async start(): Promise<BusyService> {
    const service = new BusyService();
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/answers`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(key: string): Promise<{ status: number; headers?: Record<string, string> }> {
    if (this.#open >= LIMIT) {
      this.refused += 1;
      return { status: 429, headers: { 'retry-after': '0.02' } };
    }
    this.#open += 1;
    this.mostAtATime = Math.max(this.mostAtATime, this.#open);
    await delay(2);
    this.#open -= 1;
    if (this.broken > 0) {
      this.broken -= 1;
      return { status: 503 };
    }
    this.taken.push(key);
    return { status: 200 };
  }
}

describe('the handler that sends to a service of limited concurrency', () => {
  let service: BusyService;

  beforeEach(async () => {
    service = await BusyService.start();
  });

  afterEach(async () => {
    await service.close();
  });

  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  /** Takes the rows through a worker of its own. */
  async function run() {
    const handlers = sendingHandlers({ url: service.url, atATime: LIMIT });
    const world = await BatchWorld.create({ plugin: { handlers } });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      return await (await world.start({ handler: 'sendAnswer' })).result();
    } finally {
      await world.close();
    }
  }

  const DONE = { outcome: 'succeeded', handler: { processed: ROWS, rejected: 0 } };

  it('uses all of the limit and is never refused', async () => {
    expect(await run()).toMatchObject(DONE);
    expect(service).toMatchObject({ refused: 0, mostAtATime: LIMIT });
    expect(service.taken.toSorted()).toEqual(keysOf(ROWS));
  });

  it('waits as long as it is told where another worker uses up the limit, and sends each row once', async () => {
    for (const result of await Promise.all([run(), run()])) expect(result).toMatchObject(DONE);
    expect(service.mostAtATime).toBe(LIMIT);
    expect(service.refused).toBeGreaterThan(0);
    expect(service.taken.toSorted()).toEqual([...keysOf(ROWS), ...keysOf(ROWS)].toSorted());
  });

  it('sends rows again when the service broke, under the same key', async () => {
    service.broken = 3;
    expect(await run()).toMatchObject(DONE);
    expect([...new Set(service.taken)].toSorted()).toEqual(keysOf(ROWS));
  });
});
