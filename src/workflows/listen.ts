import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { isTerminal } from '../domain/job-state';
import {
  ADOPT_JOB,
  CANCEL_BATCH,
  CHECK_NOW,
  PROGRESS_QUERY,
  RESUBMIT,
  type AdoptJobInput,
  type BatchProgress,
  type CancelBatchInput,
  type JobProgress,
  type ResubmitInput,
} from '../messages';
import type { OperatorDesk } from './operator-desk';
import type { RunState } from './run-state';

const progressQuery = defineQuery<BatchProgress>(PROGRESS_QUERY);
const cancelSignal = defineSignal<[CancelBatchInput | undefined]>(CANCEL_BATCH);
const cancelUpdate = defineUpdate<readonly JobProgress[], [CancelBatchInput | undefined]>(CANCEL_BATCH);
const adoptUpdate = defineUpdate<{ name: string }, [AdoptJobInput]>(ADOPT_JOB);
const resubmitUpdate = defineUpdate<void, [ResubmitInput | undefined]>(RESUBMIT);
const checkNowUpdate = defineUpdate<BatchProgress>(CHECK_NOW);

/** Registers everything that a run answers to while it lives. */
export function listen(run: RunState, desk: OperatorDesk): void {
  listenForCancel(run);
  setHandler(adoptUpdate, (input) => shielded(() => desk.adopt(input)), {
    validator: (input) => desk.checkAdopt(input),
    description: 'Names the job that an unanswered create made',
  });
  setHandler(resubmitUpdate, (input) => shielded(() => desk.resubmit(input)), {
    validator: (input) => desk.checkResubmit(input),
    description: 'Gives an unanswered create up and sends another; pays twice if the first one was accepted',
  });
  setHandler(
    checkNowUpdate,
    () =>
      shielded(async () => {
        const before = run.checkedAt;
        run.looksAsked += 1;
        await condition(() => run.checkedAt !== before || run.phase !== 'waiting', '30 seconds');
        return run.progress();
      }),
    { description: 'Looks at the job now instead of at the next interval' },
  );
}

/** What a pass of a handler answers to as well. */
export function listenForCancel(run: RunState): void {
  setHandler(progressQuery, () => run.progress(), { description: 'State, progress, jobs and attention of the run' });
  setHandler(cancelSignal, (input) => stop(run, input), {
    description: 'Cancels the run; finished rows are collected unless salvage is false',
  });
  setHandler(
    cancelUpdate,
    (input) =>
      shielded(async () => {
        stop(run, input);
        await condition(() => run.phase === 'closed' || hasNoOpenJob(run));
        return run.progress().jobs;
      }),
    { validator: checkCancel, description: 'As the signal; answers when the service has ended the jobs' },
  );
}

/** A cancel of the workflow must not cut off an operator's answer. */
function shielded<Value>(handler: () => Promise<Value>): Promise<Value> {
  return CancellationScope.nonCancellable(handler);
}

function stop(run: RunState, input: CancelBatchInput | undefined): void {
  const why = typeof input?.reason === 'string' && input.reason !== '' ? `: ${input.reason.slice(0, 500)}` : '';
  run.stopWith({
    kind: 'cancel',
    salvage: input?.salvage !== false,
    reason: { type: 'CancelRequested', message: `a cancel was asked for${why}` },
  });
}

function hasNoOpenJob(run: RunState): boolean {
  if (run.parts.count > 1 && run.isSubmitting) return false;
  return run.jobs.length > 0 && run.jobs.every((job) => isTerminal(job.state));
}

function checkCancel(input: CancelBatchInput | undefined): void {
  if (input?.reason !== undefined && typeof input.reason !== 'string') {
    throw ApplicationFailure.nonRetryable(
      `reason must be a string, got ${JSON.stringify(input.reason)}`,
      'UpdateRefused',
    );
  }
  if (input?.salvage !== undefined && typeof input.salvage !== 'boolean') {
    throw ApplicationFailure.nonRetryable(
      `salvage must be true or false, got ${JSON.stringify(input.salvage)}`,
      'UpdateRefused',
    );
  }
}
