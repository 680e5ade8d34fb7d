import { afterAll, describe, expect, it } from 'vitest';
import type { ErrorRow, ResultRow } from '../../../src/rows/result-row';
import type { Scenario } from '../../../src/emulator/scenario';
import type { VertexBatchPluginOptions } from '../../../src/plugin';
import { BatchWorld, prompt, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { untilState } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';

describe('the input of a run', () => {
  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  async function inWorld(
    use: (world: BatchWorld) => Promise<void>,
    scenario: Scenario = {},
    plugin: VertexBatchPluginOptions = {},
  ): Promise<void> {
    const world = await BatchWorld.create({ emulator: { scenario }, plugin });
    try {
      await use(world);
    } finally {
      await world.close();
    }
  }

  it.concurrent('is refused before anything is spent, with the place and the reason of each bad row', async () => {
    await inWorld(async (world) => {
      const bad = { key: 'p-bad', request: { contents: [{ role: 'tester', parts: [{ text: 'hi' }] }] } };
      await world.put('gs://acme/in/a.jsonl', [...prompts(16), bad]);
      const run = await world.start();
      await expect(run.result()).rejects.toMatchObject({
        type: 'InvalidInput',
        message: expect.stringMatching(
          /gs:\/\/acme\/in\/a\.jsonl:17 .*role must be user or model, got "tester"/,
        ) as string,
        result: { rows: { input: 17, answered: 0 }, validation: { errors: 1 } },
      });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('may be several objects and wildcards; each result knows its file and line', async () => {
    await inWorld(async (world) => {
      await world.put('gs://acme/in/a.jsonl', [prompt('a-1'), prompt('a-2')]);
      await world.put('gs://acme/in/b.jsonl', [prompt('b-1')]);
      await world.put('gs://acme/more/c.jsonl', [prompt('c-1')]);
      await world.put('gs://acme/in/deep/d.jsonl', [prompt('d-1')]);
      const result = await (await world.start({ input: ['gs://acme/in/*.jsonl', 'gs://acme/more/c.jsonl'] })).result();
      const rows = await world.readRowsBelow<ResultRow>(`${result.directory}results/`);
      expect(Object.fromEntries(rows.map((row) => [row.key, `${row.source.uri}:${row.source.line}`]))).toEqual({
        'a-1': 'gs://acme/in/a.jsonl:1',
        'a-2': 'gs://acme/in/a.jsonl:2',
        'b-1': 'gs://acme/in/b.jsonl:1',
        'c-1': 'gs://acme/more/c.jsonl:1',
      });
    });
  });

  it.concurrent('without keys is staged with keys of ours, and results are named by file and line', async () => {
    await inWorld(async (world) => {
      await world.put(
        'gs://acme/in/a.jsonl',
        prompts(4).map(({ request }, index) => ({ request, topic: `t-${index}` })),
      );
      const result = await (await world.start()).result();
      expect(result.outcome).toBe('succeeded');
      const rows = await world.readRowsBelow<ResultRow>(`${result.directory}results/`);
      expect(
        rows.map((row) => [row.key, row.metadata] as const).toSorted(([one], [other]) => one.localeCompare(other)),
      ).toEqual([
        ['0:1', { topic: 't-0' }],
        ['0:2', { topic: 't-1' }],
        ['0:3', { topic: 't-2' }],
        ['0:4', { topic: 't-3' }],
      ]);
      expect(await world.readRowsBelow(`${result.directory}staged/`)).toEqual([]);
    });
  });

  it.concurrent('with keys that the import would turn into numbers keeps them as they stood', async () => {
    await inWorld(
      async (world) => {
        await world.put(
          'gs://acme/in/a.jsonl',
          prompts(3).map(({ request }, index) => ({ id: `00000${index}`, request })),
        );
        const result = await (await world.start({ keyField: 'id' })).result();
        const rows = await world.readRowsBelow<ResultRow>(`${result.directory}results/`);
        expect(rows.map((row) => row.key).toSorted()).toEqual(['000000', '000001', '000002']);
      },
      { echo: { coerceNumericStrings: true } },
    );
  });

  it.concurrent('is still matched where the service echoes no keys', async () => {
    await inWorld(
      async (world) => {
        await world.put('gs://acme/in/a.jsonl', prompts(6));
        const result = await (await world.start()).result();
        expect(result).toMatchObject({ outcome: 'succeeded', rows: { answered: 6 } });
      },
      { echo: { extraKeys: false } },
    );
  });

  it.concurrent('that changes after it was validated fails the run before anything is spent', async () => {
    await inWorld(async (world) => {
      await world.put('gs://acme/in/a.jsonl', prompts(4));
      // the first run leaves its plan; the second one finds the input changed
      const workflowId = 'inputs-changed';
      world.emulator.setScenario({ faults: [{ call: 'create', fault: { kind: 'status', status: 403 } }] });
      await expect((await world.start({ workflowId })).result()).rejects.toMatchObject({ type: 'PermissionDenied' });
      world.emulator.setScenario({});
      await world.put('gs://acme/in/a.jsonl', [...prompts(3), prompt('p-new')]);
      await expect((await world.start({ workflowId })).result()).rejects.toMatchObject({
        type: 'InputChanged',
        message: expect.stringContaining('gs://acme/in/a.jsonl') as string,
      });
      expect(world.paidJobs()).toHaveLength(0);
    });
  });

  it.concurrent('that is another one while a terminated run’s job goes on: its answers are kept, nothing is sent', async () => {
    await inWorld(
      async (world) => {
        await world.put('gs://acme/in/a.jsonl', prompts(4));
        const workflowId = 'inputs-other';
        const run = await world.start({ workflowId });
        await untilState(run, 'JOB_STATE_RUNNING');
        await world.temporal.client.workflow.getHandle(workflowId).terminate();
        await world.put('gs://acme/in/a.jsonl', prompts(5));
        expect(await (await world.start({ workflowId })).result()).toMatchObject({
          outcome: 'partial',
          rows: { input: 4, answered: 4 },
          reason: { type: 'InputChanged', message: expect.stringContaining('gs://acme/in/a.jsonl') as string },
        });
        expect(world.paidJobs()).toHaveLength(1);
      },
      { durations: { JOB_STATE_RUNNING: 3_000 } },
    );
  });

  it.concurrent('that changes under a running job is noticed; the answers are kept and nothing is sent again', async () => {
    await inWorld(
      async (world) => {
        await world.put('gs://acme/in/a.jsonl', prompts(8));
        const run = await world.start();
        await untilState(run, 'JOB_STATE_RUNNING');
        await world.put('gs://acme/in/a.jsonl', prompts(9));
        const result = await run.result();
        expect(result.reason?.type).toBe('InputChanged');
        expect(result.rows.input).toBe(8);
        expect(result.jobCount).toBe(1);
      },
      { durations: { JOB_STATE_RUNNING: 1_000 }, rows: [{ outcome: 'resource-exhausted', share: 0.4 }] },
    );
  });

  it.concurrent('past the limits of a job is shared among several, and has one file of each kind', async () => {
    await inWorld(
      async (world) => {
        await world.put('gs://acme/in/a.jsonl', prompts(300));
        const result = await (await world.start({ concurrentJobs: 2, rounds: 0 })).result();
        const { answered, failed } = result.rows;
        expect(answered + failed).toBe(300);
        expect(failed).toBeGreaterThan(0);
        expect(new Set(result.jobs.map(({ part }) => part))).toEqual(new Set([1, 2, 3]));
        const results = await world.readRowsBelow<ResultRow>(`${result.directory}results/`);
        const errors = await world.readRows<ErrorRow>(`${result.directory}errors.jsonl`);
        const keys = [...results, ...errors].map(({ key }) => key).toSorted();
        expect(keys).toEqual(
          prompts(300)
            .map(({ key }) => key)
            .toSorted(),
        );
        expect(await world.readRows(result.deadLetters ?? '')).toHaveLength(failed);
        expect(result.errors).toBe(`${result.directory}errors.jsonl`);
      },
      { rows: [{ outcome: 'resource-exhausted', share: 0.2 }] },
      { jobLimits: { rows: 100 } },
    );
  });

  it.concurrent('that is not there is named', async () => {
    await inWorld(async (world) => {
      await expect((await world.start({ input: 'gs://acme/in/nothing.jsonl' })).result()).rejects.toMatchObject({
        type: 'InputNotFound',
        message: expect.stringContaining('gs://acme/in/nothing.jsonl') as string,
      });
    });
  });

  it.concurrent('has a line for every row without an answer, and dead letters that can be sent as they stand', async () => {
    await inWorld(
      async (world) => {
        const rows = prompts(30);
        await world.put('gs://acme/in/a.jsonl', rows);
        const result = await (await world.start({ rounds: 0 })).result();
        expect(result.outcome).toBe('partial');
        const errors = await world.readRows<ErrorRow>(result.errors ?? 'none');
        expect(errors).toHaveLength(result.rows.blocked + result.rows.failed + result.rows.missing);
        const letters = await world.readRows<{ key: string }>(result.deadLetters ?? 'none');
        expect(letters).toEqual(rows.filter((row) => letters.some((letter) => letter.key === row.key)));
        expect(letters).toHaveLength(result.rows.failed + result.rows.missing);
      },
      {
        rows: [
          { outcome: 'blocked', share: 0.2 },
          { outcome: 'resource-exhausted', share: 0.3 },
          { outcome: 'lost', share: 0.2 },
        ],
      },
    );
  });
});
