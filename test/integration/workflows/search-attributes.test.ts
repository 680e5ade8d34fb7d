import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { startTemporalServer, type TemporalServer } from '../../../src/dev/temporal-server';
import { SEARCH_ATTRIBUTES } from '../../../src/domain/search-attributes';
import type { Scenario } from '../../../src/emulator/scenario';
import type { Check } from '../../../src/preflight/check';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { program } from '../../support/program';
import { recordHistory } from '../../support/record-history';
import { replayAll } from '../../support/replay';
import { connect, hearLogs, testEnvironment, type TestTemporal } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

vi.setConfig({ testTimeout: 120_000 });

const NEVER_LISTED: Scenario = {
  faults: [{ call: 'create', fault: { kind: 'lost-answer' } }],
  listing: { lagMs: 3_600_000 },
};

describe('search attributes', () => {
  let server: TemporalServer;
  let temporal: TestTemporal;

  beforeAll(async () => {
    server = await startTemporalServer({ reuse: false, searchAttributes: SEARCH_ATTRIBUTES });
    temporal = await connect(server.address);
  }, 60_000);

  afterAll(async () => {
    await temporal.connection.close();
    await temporal.nativeConnection.close();
    await server.stop();
  }, 60_000);

  it('tell the state, the model and the outcome of a run', async () => {
    await inWorld({ temporal }, async (world, run) => {
      await run.result();
      const found = ['closed', 'succeeded', 'gemini-2.5-flash'];
      const [state, outcome, model] = found;
      const query = `VertexBatchState = '${state}' AND VertexBatchOutcome = '${outcome}' AND VertexBatchModel = '${model}'`;
      expect(await untilFound(world, query, run)).toBe(true);
      expect(await untilFound(world, 'VertexBatchAttention IS NULL', run)).toBe(true);
      await recordHistory(world, run, 'searchable');
    });
  });

  it('find a run that waits for a person, and only while it does', async () => {
    await inWorld({ temporal, scenario: NEVER_LISTED }, async (world, run) => {
      expect(
        await untilFound(world, "VertexBatchAttention = 'SubmissionUnknown' AND VertexBatchState = 'submitting'", run),
      ).toBe(true);
      const [job] = world.paidJobs();
      await run.adoptJob({ name: job?.name ?? '' });
      await run.result();
      expect(await untilFound(world, "VertexBatchAttention IS NULL AND VertexBatchState = 'closed'", run)).toBe(true);
    });
  });

  it('change with the state only: an event each', async () => {
    await inWorld({ temporal, cached: false }, async (world, run) => {
      await run.result();
      const states = await statesIn(world, run);
      expect(states.at(-1)).toBe('closed');
      expect(states).toContain('waiting');
      expect(states.filter((state, index) => state === states[index - 1])).toEqual([]);
    });
  });

  it('are left out of a run that wasn’t told to set them', async () => {
    await inWorld({ temporal, searchAttributes: false }, async (world, run) => {
      await run.result();
      expect(await statesIn(world, run)).toEqual([]);
    });
  });

  it('that the namespace doesn’t know are left out, and the log says how to register them', async () => {
    const warnings: string[] = [];
    hearLogs(({ level, message }) => level === 'WARN' && warnings.push(message));
    await inWorld({ temporal: await testEnvironment() }, async (world, run) => {
      await run.result();
      expect(await statesIn(world, run)).toEqual([]);
      expect(warnings).toContainEqual(
        expect.stringContaining(
          'temporal operator search-attribute create --namespace default --name VertexBatchState --type Keyword',
        ),
      );
    });
  });

  it('are looked at by the doctor before a run needs them', async () => {
    await inWorld({ temporal }, async (world) => {
      expect(await checkOf(world)).toMatchObject({ status: 'ok' });
    });
    await inWorld({ temporal: await testEnvironment() }, async (world) => {
      const { exitCode, stdout } = await program(world, ['doctor']);
      expect(exitCode).toBe(1);
      expect(stdout).toContain('VertexBatchState, VertexBatchModel, VertexBatchOutcome, VertexBatchAttention');
      expect(await checkOf(world)).toMatchObject({
        status: 'missing',
        remedy: expect.stringMatching(
          /^temporal operator search-attribute create --namespace default --name/,
        ) as string,
      });
    });
    await inWorld({ temporal, searchAttributes: false }, async (world) => {
      expect(await checkOf(world)).toBeUndefined();
    });
  });
});

interface Told {
  readonly temporal: TestTemporal;
  readonly scenario?: Scenario;
  readonly searchAttributes?: boolean;
  readonly cached?: boolean;
}

async function inWorld(
  { temporal, scenario = {}, searchAttributes = true, cached = true }: Told,
  story: (world: BatchWorld, run: VertexBatchRun) => Promise<void>,
): Promise<void> {
  const world = await BatchWorld.create({
    temporal,
    emulator: { scenario },
    plugin: { searchAttributes },
    worker: cached ? {} : { maxCachedWorkflows: 0 },
  });
  try {
    await world.put('gs://acme/in/prompts.jsonl', prompts(12));
    const run = await world.start();
    await story(world, run);
    const { workflowId, runId } = await run.status();
    await replayAll(temporal.client, [{ workflowId, runId }], WORKFLOWS_PATH);
  } finally {
    await world.close();
  }
}

/** Visibility follows a run with a moment's delay. */
async function untilFound(world: BatchWorld, condition: string, { workflowId }: VertexBatchRun): Promise<boolean> {
  const query = `WorkflowId = '${workflowId}' AND ${condition}`;
  return await waitFor(async () => (await world.temporal.client.workflow.count(query)).count === 1, {
    what: `a run with ${condition}`,
    timeoutMs: 30_000,
  });
}

/** Values that the run gave `VertexBatchState`, one after the other. */
async function statesIn(world: BatchWorld, run: VertexBatchRun): Promise<string[]> {
  const { events } = await world.temporal.client.workflow.getHandle(run.workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => {
    const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    const data = fields?.['VertexBatchState']?.data;
    return data == null ? [] : [JSON.parse(Buffer.from(data).toString()) as string];
  });
}

async function checkOf(world: BatchWorld): Promise<Check | undefined> {
  const { stdout } = await program(world, ['doctor', '--json']);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  return checks.find(({ name }) => name === 'search-attributes');
}
