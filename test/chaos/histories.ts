import type { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { messageOf } from '../../src/domain/handler-error';
import type { PlannedRun } from './storm-plan';

/** A run's history, as JSON that can be replayed. */
export interface RunHistory {
  readonly workflowId: string;
  readonly json: string;
}

export async function historiesOf(client: Client, runs: readonly PlannedRun[]): Promise<RunHistory[]> {
  return await Promise.all(
    runs.map(async ({ workflowId }) => ({
      workflowId,
      json: historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory()),
    })),
  );
}

/** The runs whose history today's workflow doesn't replay. */
export async function replayFindings(
  histories: readonly RunHistory[],
  workflowBundlePath: string,
): Promise<{ readonly workflowId: string; readonly finding: string }[]> {
  const findings: { workflowId: string; finding: string }[] = [];
  const replays = Worker.runReplayHistories(
    { workflowBundle: { codePath: workflowBundlePath } },
    histories.map(({ workflowId, json }) => ({ workflowId, history: historyFromJSON(JSON.parse(json)) })),
  );
  for await (const { workflowId, error } of replays) {
    if (error) findings.push({ workflowId, finding: `its history doesn't replay: ${messageOf(error)}` });
  }
  return findings;
}
