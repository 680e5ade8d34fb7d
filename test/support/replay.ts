import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { inject } from 'vitest';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { startedWorkflows, type StartedWorkflow } from './started-workflows';

const bundles = new Map<string, Promise<WorkflowBundle>>();

const OURS = join(__dirname, '../../src/workflows/index.ts');

/** The workflows of a file as one bundle, good for workers and for replay; ours are bundled once for the whole run. */
export async function workflowBundle(workflowsPath: string): Promise<WorkflowBundle | { codePath: string }> {
  if (workflowsPath === OURS) return { codePath: inject('workflowBundlePath') };
  const logger = new DefaultLogger('ERROR');
  const bundle = bundles.get(workflowsPath) ?? bundleWorkflowCode({ workflowsPath, logger });
  bundles.set(workflowsPath, bundle);
  return bundle;
}

/** A history as it is written to disk: only the SDK's own JSON can be read back. Without a run id, that of the latest run. */
export async function fetchHistoryJson(
  client: Client,
  { workflowId, runId }: Pick<StartedWorkflow, 'workflowId'> & Partial<StartedWorkflow>,
): Promise<string> {
  return historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
}

/** Replays the histories of these runs against today's workflows, and fails naming each run that no longer fits. */
export async function replayAll(
  client: Client,
  runs: readonly StartedWorkflow[],
  workflowsPath: string,
): Promise<void> {
  const histories = await Promise.all(
    runs.map(async (run) => ({
      workflowId: run.workflowId,
      history: historyFromJSON(JSON.parse(await fetchHistoryJson(client, run))),
    })),
  );
  const options = { workflowBundle: await workflowBundle(workflowsPath) };
  const misfits: Error[] = [];
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(options, histories)) {
    if (error) misfits.push(new Error(`${workflowId} (run ${runId}): ${error.message}`, { cause: error }));
  }
  if (misfits.length > 0) {
    throw new AggregateError(
      misfits,
      `${misfits.length} of ${runs.length} histories don't replay: ${misfits.join('; ')}`,
    );
  }
}

/** Replays every run of a task queue, whoever started it, and gives their number; there must be one. */
export async function replayQueue(client: Client, taskQueue: string, workflowsPath: string): Promise<number> {
  const runs: StartedWorkflow[] = [];
  for await (const run of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) runs.push(run);
  if (runs.length === 0) throw new Error(`${taskQueue} had no run to replay`);
  await replayAll(client, runs, workflowsPath);
  return runs.length;
}

/** Replays every run that this test file started through `testEnvironment`'s client, and gives their number. */
export async function replayStarted(client: Client, workflowsPath: string): Promise<number> {
  const runs = startedWorkflows();
  await replayAll(client, runs, workflowsPath);
  return runs.length;
}
