import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { Thread } from '../../../../src/rows/threads/thread';
import type { OddOrder } from '../../../support/fixtures/odd-thread';

const program = { path: join(__dirname, '../../../support/fixtures/odd-thread'), data: 'made with this' };

let heard: string[];
let thread: Thread<OddOrder, string, unknown>;

beforeEach(() => {
  heard = [];
  thread = new Thread(program, (news) => heard.push(news));
});

afterEach(() => thread.close());

describe('a thread', () => {
  it('performs orders beside each other, with what it was made with', async () => {
    const waiting = Promise.allSettled([thread.perform('wait to be stopped')]);
    expect(await thread.perform('say what it was made with')).toBe('made with this');
    thread.stop();
    expect(await waiting).toMatchObject([{ reason: { message: 'This operation was aborted' } }]);
  });

  it('tells how far it is', async () => {
    await thread.perform('tell something');
    expect(heard).toEqual(['something']);
  });

  test.each<[OddOrder, object]>([
    [
      'fail as a gateway',
      { name: 'GatewayError', kind: 'quota', message: 'too much', status: 429, retryAfterMs: 7, effect: 'refused' },
    ],
    ['refuse', { name: 'BatchError', type: 'TooLarge', message: 'too large' }],
    ['throw what cannot be copied', { name: 'Error', message: 'odd' }],
  ])('hands on what it threw, and goes on: %s', async (order, error) => {
    await expect(thread.perform(order)).rejects.toMatchObject(error);
    expect(await thread.perform('say what it was made with')).toBe('made with this');
  });

  test.each<[OddOrder, RegExp]>([
    ['end', /A thread ended with code 3 before its work was done/],
    ['crash later', /a bug/],
  ])('that dies fails its orders, and those that follow: %s', async (order, message) => {
    const orders = [thread.perform('wait to be stopped'), thread.perform(order)];
    const ends = await Promise.allSettled(orders);
    expect(ends).toMatchObject(orders.map(() => ({ reason: { message: expect.stringMatching(message) as string } })));
    await expect(thread.perform('say what it was made with')).rejects.toThrow(message);
  });

  it('that can’t be begun fails its orders', async () => {
    const none = new Thread<OddOrder, string, unknown>({ path: join(__dirname, 'none'), data: null }, () => {});
    await expect(none.perform('tell something')).rejects.toThrow(/none/);
  });

  it('that is closed fails its orders', async () => {
    await thread.perform('say what it was made with');
    const [[end]] = await Promise.all([Promise.allSettled([thread.perform('wait to be stopped')]), thread.close()]);
    expect(end).toMatchObject({ reason: { message: 'A thread ended with code 1 before its work was done' } });
  });
});
