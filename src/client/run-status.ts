import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { percentDone } from '../domain/job-progress';
import { PROGRESS_MEMO, type BatchProgress } from '../messages';

/** One look at a run, taken from the server alone: it needs no worker. */
export interface RunStatus extends BatchProgress {
  /** Temporal's word: `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED`, `TERMINATED`, `TIMED_OUT` … */
  readonly execution: string;
  readonly runId: string;
  readonly taskQueue: string;
  readonly startTime: string;
  readonly closeTime: string | null;
  /** Events in the history so far. */
  readonly historyLength: number;
  /** Activities that wait for their next attempt or run now. */
  readonly pending: readonly PendingStep[];
}

export interface PendingStep {
  readonly activity: string;
  readonly attempt: number;
  /** What the last attempt said, such as `Waiting, not failing: …`. */
  readonly lastMessage: string | null;
  readonly nextAttemptTime: string | null;
}

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

interface LastLook {
  readonly counts: { readonly succeeded: number; readonly failed: number } | null;
  readonly checkedAt: string;
  readonly nextCheckAt: string;
}

/** Joins the run's memo with what its pending activities said last, which is fresher. */
export async function statusOf(client: WorkflowClient, description: WorkflowExecutionDescription): Promise<RunStatus> {
  const pendingActivities = description.raw.pendingActivities ?? [];
  const pending = pendingActivities.map((activity) => pendingStep(activity));
  const looks = await Promise.all(pendingActivities.map((activity) => lastLookOf(client, activity)));
  return {
    ...overlaid(
      progressIn(description.memo, description.workflowId, description.startTime),
      looks.find((look) => look !== undefined),
    ),
    execution: description.status.name,
    runId: description.runId,
    taskQueue: description.taskQueue,
    startTime: description.startTime.toISOString(),
    closeTime: description.closeTime?.toISOString() ?? null,
    historyLength: description.historyLength,
    pending,
  };
}

/** The progress that a run's memo holds; of a run that no worker has touched yet, an empty one. */
export function progressIn(
  memo: Record<string, unknown> | undefined,
  workflowId: string,
  startTime: Date,
): BatchProgress {
  const inMemo = memo?.[PROGRESS_MEMO] as Partial<BatchProgress> | undefined;
  return {
    phase: 'resolving',
    since: startTime.toISOString(),
    attention: null,
    attentionCount: 0,
    rows: { input: null, succeeded: null, failed: null },
    percent: null,
    books: null,
    handler: { processed: 0, rejected: 0 },
    estimatedEndTime: null,
    jobs: [],
    jobCount: 0,
    checkedAt: null,
    nextCheckAt: null,
    deadline: null,
    ...inMemo,
    // the memo leaves an id out that is too long for it
    workflowId,
  };
}

/** The look counts its own job only, so it says nothing of the run's sum once there were others. */
function overlaid(progress: BatchProgress, look: LastLook | undefined): BatchProgress {
  if (look === undefined) return progress;
  const { checkedAt, nextCheckAt } = look;
  const counts = progress.jobCount > 1 ? null : look.counts;
  const rows = counts === null ? progress.rows : { ...progress.rows, ...counts };
  const percent = counts === null ? progress.percent : (percentDone(counts, progress.rows.input) ?? progress.percent);
  return { ...progress, rows, percent, checkedAt, nextCheckAt };
}

function pendingStep(activity: PendingActivity): PendingStep {
  return {
    activity: activity.activityType?.name ?? 'unknown',
    attempt: activity.attempt ?? 1,
    lastMessage: activity.lastFailure?.message ?? null,
    nextAttemptTime: timeOf(activity.nextAttemptScheduleTime ?? activity.scheduledTime),
  };
}

async function lastLookOf(client: WorkflowClient, activity: PendingActivity): Promise<LastLook | undefined> {
  if (activity.lastFailure == null) return undefined;
  const failure = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, activity.lastFailure);
  if (!(failure instanceof ApplicationFailure) || failure.type !== 'Waiting') return undefined;
  return failure.details?.[0] as LastLook | undefined;
}

function timeOf(timestamp: PendingActivity['scheduledTime']): string | null {
  if (timestamp?.seconds == null) return null;
  return new Date(Number(timestamp.seconds) * 1000 + (timestamp.nanos ?? 0) / 1e6).toISOString();
}
