import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Worker, WorkerOptions } from '@temporalio/worker';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import { VertexBatchPlugin } from '../../../src/plugin';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { booksOf, exactBooks } from '../../support/exact-books';
import { untilState } from '../../support/life-stories';
import { replayStarted, workflowBundle } from '../../support/replay';
import { testEnvironment } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 6;
/** A job that runs until it is told to end. */
const HELD = [{ state: 'JOB_STATE_RUNNING', hold: true }, { state: 'JOB_STATE_SUCCEEDED' }] as const;

type Behaviour = 'PINNED' | 'AUTO_UPGRADE';

describe('a run whose worker is deployed anew while its job runs', () => {
  let world: BatchWorld;
  let deploymentName: string;
  /** The builds whose handlers had the rows. */
  let handledBy: string[];

  beforeEach(async () => {
    world = await BatchWorld.create({ emulator: { scenario: { transitions: HELD } }, workers: 0 });
    deploymentName = `batches-${randomUUID()}`;
    handledBy = [];
    await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
  });

  afterEach(() => world.close());

  afterAll(async () => {
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it('as AUTO_UPGRADE goes on with the new build, and the old one may go at once', async () => {
    const stopOld = await deploy('1.0', 'AUTO_UPGRADE');
    const run = await runningRun();
    await deploy('2.0', 'AUTO_UPGRADE');
    await stopOld();
    await endsWell(run);
    expect(handledBy).toEqual(['2.0']);
  });

  it('as PINNED ends with the build that it began with, which has to stay so long', async () => {
    await deploy('1.0', 'PINNED');
    const run = await runningRun();
    await deploy('2.0', 'PINNED');
    await endsWell(run);
    expect(handledBy).toEqual(['1.0']);
  });

  it('goes on with the new build where the workflows file says so and the worker’s default is PINNED', async () => {
    const workflows = await workflowBundle(join(__dirname, '../../support/fixtures/auto-upgraded-runs.ts'));
    const stopOld = await deploy('1.0', 'PINNED', workflows);
    const run = await runningRun();
    await deploy('2.0', 'PINNED', workflows);
    await stopOld();
    await endsWell(run);
    expect(handledBy).toEqual(['2.0']);
  });

  it('as PINNED to a build that is gone stands still beside the new one, and goes on when its own is back', async () => {
    const stopOld = await deploy('1.0', 'PINNED');
    const run = await runningRun();
    await sleepsBetweenLooks(run);
    await deploy('2.0', 'PINNED');
    await stopOld();
    world.emulator.control(world.paidJobs(run)[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
    const before = await tracesOf(run);
    // it has something to do now, for a worker that may
    await world.temporal.client.workflow.getHandle(run.workflowId).signal('wakeUp');
    const other = await runningRun();
    await endsWell(other, { paidJobs: 2 });
    expect(await tracesOf(run)).toEqual(before);
    expect(handledBy).toEqual(['2.0']);
    await startBuild('1.0', 'PINNED');
    expect(await booksOf(world, await run.result())).toEqual({ ...exactBooks(ROWS), paidJobs: 2 });
    expect(handledBy).toEqual(['2.0', '1.0']);
  });

  it('as PINNED to a build that is gone goes on with the new one once somebody moves it', async () => {
    const stopOld = await deploy('1.0', 'PINNED');
    const run = await runningRun();
    await deploy('2.0', 'PINNED');
    await stopOld();
    await world.temporal.client.workflowService.updateWorkflowExecutionOptions({
      namespace: world.temporal.namespace,
      workflowExecution: { workflowId: run.workflowId },
      workflowExecutionOptions: { versioningOverride: { autoUpgrade: true } },
      updateMask: { paths: ['versioning_override'] },
    });
    await endsWell(run);
    expect(handledBy).toEqual(['2.0']);
  });

  /** Starts a worker of a build and makes that the current one; gives what stops the worker. */
  async function deploy(...build: Parameters<typeof startBuild>): Promise<() => Promise<void>> {
    const [buildId] = build;
    const worker = await startBuild(...build);
    const { client, namespace } = world.temporal;
    await waitFor(
      async () => {
        await client.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId });
        return true;
      },
      { what: `the server to know build ${buildId}`, timeoutMs: 30_000, intervalMs: 100 },
    );
    return async () => {
      worker.shutdown();
      await waitFor(() => worker.getState() === 'STOPPED', { what: `build ${buildId} to stop`, timeoutMs: 30_000 });
    };
  }

  async function startBuild(
    buildId: string,
    defaultVersioningBehavior: Behaviour,
    bundle?: NonNullable<WorkerOptions['workflowBundle']>,
  ): Promise<Worker> {
    const note = defineHandler({
      handle() {
        handledBy.push(buildId);
      },
    });
    return await world.startWorker({
      ...(bundle !== undefined && { workflowBundle: bundle }),
      plugins: [new VertexBatchPlugin({ ...world.pluginOptions, handlers: { note } })],
      workerDeploymentOptions: {
        version: { deploymentName, buildId },
        useWorkerVersioning: true,
        defaultVersioningBehavior,
      },
    });
  }

  async function runningRun(): Promise<VertexBatchRun> {
    const run = await world.start({ handler: 'note' });
    await untilState(run, 'JOB_STATE_RUNNING');
    return run;
  }

  async function endsWell(run: VertexBatchRun, { paidJobs = 1 } = {}): Promise<void> {
    world.emulator.control(world.paidJobs(run)[0]?.name ?? '', 'JOB_STATE_SUCCEEDED');
    expect(await booksOf(world, await run.result())).toEqual({ ...exactBooks(ROWS), paidJobs });
  }

  /** It knows all that its job has to tell before it ends. */
  async function sleepsBetweenLooks(run: VertexBatchRun): Promise<void> {
    await waitFor(
      async () => {
        const { rows, pending } = await run.status();
        return rows.succeeded === ROWS && pending.some(({ attempt }) => attempt > 1);
      },
      { what: `${run.workflowId} to sleep until its next look`, timeoutMs: 30_000 },
    );
  }

  /** What a run that makes progress leaves: events of workers, and looks at its job. */
  async function tracesOf(run: VertexBatchRun) {
    const { events } = await world.temporal.client.workflow.getHandle(run.workflowId).fetchHistory();
    const id = world.paidJobs(run)[0]?.name.split('/').at(-1) ?? 'none';
    return {
      workflowTasks: events?.filter((event) => event.workflowTaskStartedEventAttributes).length,
      activities: events?.filter((event) => event.activityTaskStartedEventAttributes).length,
      looks: world.emulator.calls().filter(({ path }) => path.includes(id)).length,
    };
  }
});
