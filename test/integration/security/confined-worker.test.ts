import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { confined, NOBODY, whyNotConfined } from '../../support/confined-program';
import { exactBooks, booksOf } from '../../support/exact-books';
import { listeningAddresses } from '../../support/listening-addresses';
import { packedPackage } from '../../support/packed-package';
import { startPlainProcess } from '../../support/plain-process';
import { replayQueue } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const ROWS = 20;
const MODULES = join(__dirname, '../../../node_modules');

it(
  'the built worker needs no rights, no port and no file of its own that it may change',
  { timeout: 600_000 },
  async ({ skip }) => {
    const reason = whyNotConfined();
    if (reason !== undefined) skip(reason);
    const directory = await mkdtemp(join(tmpdir(), 'confined-worker-'));
    await chmod(directory, 0o755);
    execFileSync('tar', ['-xzf', await packedPackage(), '-C', directory, '--strip-components=1']);
    const world = await BatchWorld.create({ workers: 0 });
    const worker = startPlainProcess(confined(directory, MODULES, [process.execPath, 'dist/cli/main.js', 'worker']), {
      HOME: '/nonexistent',
      TEMPORAL_ADDRESS: world.temporal.address,
      VERTEX_BATCH_EMULATOR: world.url,
      VERTEX_BATCH_TASK_QUEUE: world.taskQueue,
    });
    try {
      const isPolling = () => !worker.isRunning() || worker.output().includes('Polling');
      await waitFor(isPolling, { what: 'a worker that polls', timeoutMs: 120_000 });
      expect(worker.isRunning(), worker.output()).toBe(true);
      const pid = worker.pid ?? 0;
      expect(await rightsOf(pid)).toEqual({
        Uid: `${NOBODY} ${NOBODY} ${NOBODY} ${NOBODY}`,
        Gid: `${NOBODY} ${NOBODY} ${NOBODY} ${NOBODY}`,
        Groups: '',
        NoNewPrivs: '1',
        CapPrm: '0000000000000000',
        CapEff: '0000000000000000',
        CapBnd: '0000000000000000',
      });
      expect(await readOnlyMountsOf(pid)).toEqual([directory, join(directory, 'node_modules')]);

      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      const run = await world.start();
      // this worker looks every half minute
      const hasEnded = async () => world.paidJobs().some(({ state }) => state === 'JOB_STATE_SUCCEEDED');
      await waitFor(hasEnded, { what: 'a job that succeeded', timeoutMs: 120_000 });
      await run.checkNow();
      expect(await booksOf(world, await run.result())).toEqual(exactBooks(ROWS));
      expect(listeningAddresses(pid)).toEqual([]);
      expect(await worker.end()).toBe(0);
      await replayQueue(world.temporal.client, world.taskQueue, WORKFLOWS_PATH);
    } finally {
      await worker.end('SIGKILL');
      await world.close();
      await rm(directory, { recursive: true });
    }
  },
);

/** As the kernel has them. */
async function rightsOf(pid: number): Promise<Record<string, string>> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const lines = status.matchAll(/^(Uid|Gid|Groups|NoNewPrivs|CapPrm|CapEff|CapBnd):(.*)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value.trim().replace(/\s+/g, ' ')]));
}

async function readOnlyMountsOf(pid: number): Promise<string[]> {
  const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8')).trim().split('\n');
  return mounts
    .map((line) => line.split(' '))
    .filter(([, , , , place = '', options = '']) => place.includes('confined-worker-') && /^ro\b/.test(options))
    .map(([, , , , place = '']) => place)
    .toSorted();
}
