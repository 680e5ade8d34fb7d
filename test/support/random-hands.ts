import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import * as fc from 'fast-check';
import { ADOPT_JOB, CANCEL_BATCH, CHECK_NOW, RESUBMIT } from '../../src/messages';

const KINDS = ['cancel-signal', 'cancel-update', 'cancel-workflow', 'adopt', 'resubmit', 'check-now'] as const;

/** What somebody does to a run, and how long after he did the last thing. */
export interface Deed {
  readonly kind: (typeof KINDS)[number];
  readonly afterMs: number;
  readonly salvage: boolean;
}

/** Cancels are drawn seldom: after the first one the others have little left to disturb. */
export const anyDeeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...KINDS) },
      { weight: 2, arbitrary: fc.constantFrom('adopt' as const, 'resubmit' as const, 'check-now' as const) },
    ),
    afterMs: fc.integer({ min: 0, max: 700 }),
    salvage: fc.boolean(),
  }),
  { maxLength: 6 },
);

/** Does it; false where the run refuses, or has ended meanwhile. */
export async function doDeed(
  client: Client,
  workflowId: string,
  { kind, salvage }: Deed,
  job: string,
): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    await asked(handle, kind, salvage, job);
    return true;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowNotFoundError) return false;
    // an update that arrives with the end of the run goes down with the workflow task that would have ended it
    if (
      error instanceof ServiceError &&
      isGrpcServiceError(error.cause) &&
      error.cause.details.includes('unexpected workflow task failure')
    )
      return false;
    throw error;
  }
}

async function asked(handle: WorkflowHandle, kind: Deed['kind'], salvage: boolean, job: string): Promise<unknown> {
  switch (kind) {
    case 'cancel-signal':
      return await handle.signal(CANCEL_BATCH, { reason: 'a signal', salvage });
    case 'cancel-update':
      return await handle.executeUpdate(CANCEL_BATCH, { args: [{ reason: 'an update', salvage }] });
    case 'cancel-workflow':
      return await handle.cancel();
    case 'adopt':
      return await handle.executeUpdate(ADOPT_JOB, { args: [{ name: job }] });
    case 'resubmit':
      return await handle.executeUpdate(RESUBMIT, { args: [{}] });
    case 'check-now':
      return await handle.executeUpdate(CHECK_NOW);
    default:
      return kind satisfies never;
  }
}
