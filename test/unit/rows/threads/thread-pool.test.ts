import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ThreadPool } from '../../../../src/rows/threads/thread-pool';
import type { OddOrder } from '../../../support/fixtures/odd-thread';

const program = { path: join(__dirname, '../../../support/fixtures/odd-thread'), data: 'there' };

test('a pool gives each order to the thread that has the fewest, itself first, and stops the others', async () => {
  let endHere: (what: unknown) => void = () => {};
  const here = new Promise<unknown>((resolve) => (endHere = resolve));
  const pool = new ThreadPool<OddOrder, string, unknown>(2, program, { perform: () => here, hear: () => {} });
  try {
    expect(pool.size).toBe(2);
    const first = pool.perform('wait to be stopped');
    expect(await pool.perform('say what it was made with')).toBe('there');
    const second = pool.perform('wait to be stopped');
    const third = pool.perform('wait to be stopped');
    endHere('here');
    expect(await Promise.all([first, third])).toEqual(['here', 'here']);
    pool.stop();
    await expect(second).rejects.toThrow(/abort/);
  } finally {
    await pool.close();
  }
});
