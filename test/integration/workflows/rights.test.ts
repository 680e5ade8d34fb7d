import { afterAll, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import type { FaultRule, Scenario } from '../../../src/emulator/scenario';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 10;
const ALWAYS = 1_000_000;
const HELD: Scenario = {
  transitions: [
    { state: 'JOB_STATE_PENDING' },
    { state: 'JOB_STATE_RUNNING', hold: true },
    { state: 'JOB_STATE_SUCCEEDED' },
  ],
};

const ALL_IS_WELL = {
  outcome: 'succeeded',
  rows: { input: ROWS, answered: ROWS, blocked: 0, failed: 0, missing: 0 },
  attention: null,
  jobs: 1,
};

const refuses = (call: FaultRule['call'], status: number, more: Partial<FaultRule> = {}): FaultRule => ({
  call,
  times: ALWAYS,
  fault: { kind: 'status', status },
  ...more,
});

describe('what the service refuses in the middle of a run', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function inWorld(scenario: Scenario, use: (world: BatchWorld, run: VertexBatchRun) => Promise<void>) {
    // a look every ten minutes is one every 60 ms
    const world = await BatchWorld.create({ emulator: { scenario }, plugin: { timeScale: 0.0001 } });
    try {
      await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
      await use(world, await world.start());
    } finally {
      await world.close();
    }
  }

  /** The run is open and says what it can't do. */
  async function untilShown(run: VertexBatchRun, what: string): Promise<void> {
    const status = await waitFor(
      async () => {
        const now = await run.status();
        return now.attention?.type === 'PermissionDenied' ? now : undefined;
      },
      { what: `${run.workflowId} to show what it may not do`, timeoutMs: 30_000 },
    );
    expect(status).toMatchObject({
      execution: 'RUNNING',
      attention: { message: expect.stringContaining(what) as string },
    });
  }

  /** The pending activity says why in full, too. */
  async function untilRefused(run: VertexBatchRun, what: string, why: RegExp): Promise<void> {
    await untilShown(run, what);
    await waitFor(async () => (await run.status()).pending.some(({ lastMessage }) => why.test(lastMessage ?? '')), {
      what: 'the pending activity to say why',
      timeoutMs: 30_000,
    });
  }

  async function endOf(world: BatchWorld, run: VertexBatchRun) {
    const { outcome, rows } = await run.result();
    const { attention } = await run.status();
    return { outcome, rows, attention, jobs: world.paidJobs().length };
  }

  it.concurrent.each([
    ['a right on jobs', 403, /permission/i],
    ['a token', 401, /credential/i],
  ])('%s, withdrawn and given back while it waits, is shown and waited for', async (_, status, why) => {
    await inWorld(HELD, async (world, run) => {
      await untilState(run, 'JOB_STATE_RUNNING');
      world.emulator.setScenario({ ...HELD, faults: [refuses('get', status)] });
      await untilRefused(run, 'Cannot get projects/', why);
      world.emulator.setScenario(HELD);
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      expect(await endOf(world, run)).toEqual(ALL_IS_WELL);
    });
  });

  it.concurrent('a right on the output, withdrawn and given back while it collects, is shown and waited for', async () => {
    await inWorld(HELD, async (world, run) => {
      await untilState(run, 'JOB_STATE_RUNNING');
      world.emulator.setScenario({ ...HELD, faults: [refuses('storage.read', 403, { path: 'predictions' })] });
      world.emulator.control(world.paidJobs()[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
      await untilRefused(run, 'Cannot read gs://acme/', /predictions.*permission/i);
      world.emulator.setScenario(HELD);
      expect(await endOf(world, run)).toEqual(ALL_IS_WELL);
    });
  });

  it.concurrent.each([
    ['a right to list jobs', refuses('list', 403), 'Cannot list batch prediction jobs'],
    ['a token', refuses('list', 401), 'Cannot list batch prediction jobs'],
    ['a right to write the claim', refuses('storage.write', 403, { path: 'claims%2F' }), 'Cannot write gs://acme/'],
    ['a right to read the claim', refuses('storage.get', 403, { path: 'claims%2F' }), 'Cannot find gs://acme/'],
  ])('%s, withdrawn before the first create and given back, is shown and waited for', async (_, refusal, what) => {
    await inWorld({ faults: [refusal] }, async (world, run) => {
      await untilShown(run, what);
      expect(world.paidJobs()).toEqual([]);
      world.emulator.setScenario({});
      expect(await endOf(world, run)).toEqual(ALL_IS_WELL);
    });
  });

  it.concurrent('a run that waits for the right to write its claim can be cancelled, and nothing is paid', async () => {
    await inWorld({ faults: [refuses('storage.write', 403, { path: 'claims%2F' })] }, async (world, run) => {
      await untilShown(run, 'Cannot write gs://acme/');
      await run.cancel();
      world.emulator.setScenario({});
      expect(await run.result()).toMatchObject({ outcome: 'cancelled', rows: { missing: ROWS } });
      expect(world.paidJobs()).toEqual([]);
    });
  });

  it.concurrent.each([
    ['401 for a moment', { call: 'get', times: 2, fault: { kind: 'status', status: 401 } }],
    ['429 without Retry-After', { call: 'get', times: 3, fault: { kind: 'status', status: 429 } }],
    ['429 with Retry-After', { call: 'get', times: 1, fault: { kind: 'status', status: 429, retryAfter: 1 } }],
    [
      '429 of storage, with Retry-After',
      { call: 'storage.*', skip: 10, times: 2, fault: { kind: 'status', status: 429, retryAfter: 1 } },
    ],
  ] satisfies [string, FaultRule][])('%s passes', async (_, fault) => {
    await inWorld({ faults: [fault] }, async (world, run) => {
      expect(await endOf(world, run)).toEqual(ALL_IS_WELL);
    });
  });

  it.concurrent('Retry-After is kept to, look for look', async () => {
    await inWorld(
      { faults: [{ call: 'get', fault: { kind: 'status', status: 429, retryAfter: 2 } }] },
      async (world, run) => {
        expect(await endOf(world, run)).toEqual(ALL_IS_WELL);
        const looks = world.emulator.calls().filter(({ call }) => call === 'get');
        const refused = looks.findIndex(({ status }) => status === 429);
        expect(Number(looks[refused + 1]?.at) - Number(looks[refused]?.at)).toBeGreaterThanOrEqual(1_900);
      },
    );
  });
});
