import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inScratchDirectory, moveIntoPlace, serverCacheDirectory, withLock } from '../../../src/dev/server-cache';

const noOne = 2 ** 30;

describe('the cache of servers', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'server-cache-'));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('lies where the user wants caches', () => {
    const environment = { XDG_CACHE_HOME: '/caches' };
    expect(serverCacheDirectory(environment)).toBe(join('/caches', 'temporal-vertex-batch', 'servers'));
  });

  it('gets a finished file in one step, and keeps nothing of an unfinished one', async () => {
    const target = join(directory, 'temporal-1.0.0', 'temporal');
    await inScratchDirectory(target, async (scratch) => {
      writeFileSync(join(scratch, 'temporal'), 'whole');
      expect(existsSync(target)).toBe(false);
      await moveIntoPlace(join(scratch, 'temporal'), target);
    });
    expect(readFileSync(target, 'utf8')).toBe('whole');
    const failing = inScratchDirectory(target, () => Promise.reject(new Error('compiler')));
    await expect(failing).rejects.toThrow('compiler');
    expect(readdirSync(join(directory, 'temporal-1.0.0'))).toEqual(['temporal']);
  });

  it('lets one work at a time, and tells the others that they wait', async () => {
    const target = join(directory, 'temporal');
    let atWork = 0;
    let waiting = 0;
    const work = async () => {
      atWork += 1;
      for (let turns = 0; turns < 50; turns += 1) await turn();
      expect(atWork).toBe(1);
      atWork -= 1;
    };
    const onWait = () => {
      waiting += 1;
    };
    await Promise.all([withLock(target, onWait, work), withLock(target, onWait, work)]);
    expect(waiting).toBe(1);
  });

  it('takes over the lock of a process that is gone', async () => {
    const target = join(directory, 'temporal');
    writeFileSync(`${target}.lock`, String(noOne));
    expect(
      await withLock(
        target,
        () => {},
        () => Promise.resolve('built'),
      ),
    ).toBe('built');
    expect(existsSync(`${target}.lock`)).toBe(false);
  });

  it('frees the lock of work that failed', async () => {
    const target = join(directory, 'temporal');
    await expect(
      withLock(
        target,
        () => {},
        () => Promise.reject(new Error('compiler')),
      ),
    ).rejects.toThrow('compiler');
    expect(existsSync(`${target}.lock`)).toBe(false);
  });
});
