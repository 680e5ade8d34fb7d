import { CLAIM_LABEL, parseClaimKey } from '../../src/domain/claim-key';
import type { BatchResult } from '../../src/messages';
import { runIdentity } from '../../src/run-identity';
import { NAMESPACE, type ChaosWorld } from './chaos-world';
import type { PlannedRun } from './storm-plan';
import type { RunEvidence } from './verdict';

export const OUTPUT = 'gs://acme/out/';

/** How a run ended for the caller who waited for it. */
export type Ending = { readonly result: BatchResult } | { readonly error: string };

/** Gathers what a run left, at the server, at the service and in the bucket. */
export async function evidenceOf(world: ChaosWorld, run: PlannedRun, ending: Ending): Promise<RunEvidence> {
  const { workflowId, kind } = run;
  const { directory } = runIdentity({ namespace: NAMESPACE, workflowId, rerun: 0, output: OUTPUT });
  const description = await world.client.workflow.getHandle(workflowId).describe();
  const pending = description.raw.pendingActivities ?? [];
  return {
    workflowId,
    kind,
    execution: description.status.name,
    pendingActivities: pending.map(({ activityType, attempt, lastFailure }) =>
      [activityType?.name, `attempt ${attempt}`, lastFailure?.message].filter(Boolean).join(' · '),
    ),
    result: 'result' in ending ? ending.result : null,
    error: 'error' in ending ? ending.error : null,
    jobs: jobsOf(world, workflowId),
    files: {
      results: await linesBelow(world, `${directory}results/`),
      errors: await linesBelow(world, `${directory}errors.jsonl`),
      deadLetters: await linesBelow(world, `${directory}dead-letters.jsonl`),
    },
    handed: world.handedTo(workflowId),
  };
}

function jobsOf(world: ChaosWorld, workflowId: string): RunEvidence['jobs'] {
  const { key } = runIdentity({ namespace: NAMESPACE, workflowId, rerun: 0, output: OUTPUT });
  return world.google.emulator.jobs().flatMap(({ labels, state }) => {
    const claim = parseClaimKey(labels[CLAIM_LABEL] ?? '');
    return claim?.runKey === key ? [{ intent: `p${claim.part}-r${claim.round}`, state }] : [];
  });
}

async function linesBelow(world: ChaosWorld, uri: string): Promise<string[]> {
  const { blobs } = world.google.emulator;
  const lines: string[] = [];
  for (const blob of blobs.list('acme', uri.replace('gs://acme/', ''))) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of blobs.read(blob)) chunks.push(chunk);
    lines.push(...Buffer.concat(chunks).toString('utf8').split('\n'));
  }
  return lines.filter((line) => line !== '').toSorted();
}
