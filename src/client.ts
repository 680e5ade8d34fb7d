import { randomUUID } from 'node:crypto';
import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type ScheduleOptionsAction,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
} from '@temporalio/client';
import { refuseOpen } from './client/closed-run';
import { describe } from './client/describe';
import { deadLettersOf, requestOver, nextRerunId } from './client/dead-letters';
import { VertexBatchError } from './client/errors';
import { requestOf } from './client/first-request';
import { manifestOf, startPass, type ReprocessedRun, type ReprocessOptions } from './client/reprocess';
import { VertexBatchRun } from './client/run';
import { progressIn } from './client/run-status';
import { detailsOf, summaryOf } from './client/start-texts';
import type { AcceptedRequest } from './domain/accepted-request';
import {
  DEFAULT_TASK_QUEUE,
  PROGRESS_MEMO,
  VERTEX_BATCH_REPROCESS_WORKFLOW,
  VERTEX_BATCH_WORKFLOW,
  type AdoptRequest,
  type BatchProgress,
  type BatchRequest,
} from './messages';
import { acceptRequest } from './schemas/batch-request';
import { differingFields, fingerprintOf, type RequestFingerprint } from './schemas/request-fingerprint';

export * from './client/definitions';
export * from './client/errors';
export { VertexBatchRun, type FollowOptions } from './client/run';
export type { ReprocessOptions } from './client/reprocess';
export type { PendingStep, RunStatus } from './client/run-status';
export type {
  AdoptJobInput,
  AdoptRequest,
  Attention,
  BatchOutcome,
  BatchPhase,
  BatchProgress,
  BatchReason,
  BatchReasonType,
  BatchRequest,
  BatchResult,
  CancelBatchInput,
  DurationLike,
  JobProgress,
  ReprocessRequest,
  ResubmitInput,
  RowBooks,
  TokenUsage,
} from './messages';

type Name<Handlers> = keyof Handlers & string;

/** A request with the id of its workflow; without one, a legible id is made. */
export interface StartRequest<Handlers = Record<string, unknown>> extends Omit<BatchRequest, 'handler'> {
  /** Your business key. Starting it again attaches or answers; it never pays twice. */
  readonly workflowId?: string;
  readonly handler?: Name<Handlers> | { readonly name: Name<Handlers>; readonly taskQueue?: string };
}

/** As {@link StartRequest}, for a job that somebody else created. */
export interface StartAdoption<Handlers = Record<string, unknown>>
  extends Omit<AdoptRequest, 'handler'>, Pick<StartRequest<Handlers>, 'workflowId' | 'handler'> {}

export interface ListOptions {
  /** Only runs that wait for a person. */
  readonly attention?: boolean;
  /** Only runs that are not closed. */
  readonly open?: boolean;
}

export interface ListedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly execution: string;
  readonly startTime: string;
  readonly closeTime: string | null;
  readonly progress: BatchProgress;
}

export interface VertexBatchClientOptions {
  /** Task queue of the workers. @default 'vertex-batch' */
  readonly taskQueue?: string;
}

/** Starts runs and finds them again. `VertexBatchClient<typeof handlers>` knows the handlers' names. */
export class VertexBatchClient<Handlers = Record<string, unknown>> {
  readonly #client: Client;
  readonly #taskQueue: string;

  constructor(client: Client, options: VertexBatchClientOptions = {}) {
    this.#client = client;
    this.#taskQueue = options.taskQueue ?? DEFAULT_TASK_QUEUE;
  }

  /**
   * Starts a run, or finds the one that has the id: running, it is attached to; completed, it answers with its result; failed,
   * cancelled or terminated, a new execution adopts what the old one left. Another request under a known id is `WorkflowIdTaken`.
   */
  async start(request: StartRequest<Handlers> | StartAdoption<Handlers>): Promise<VertexBatchRun> {
    const { workflowId = newWorkflowId(), ...batchRequest } = request;
    const accepted = accept(batchRequest, workflowId);
    const fingerprint = fingerprintOf(accepted);
    const last = await describe(this.#client, workflowId);
    const repeats = last !== undefined && isRepeat(last, fingerprint);
    if (last !== undefined && !repeats) refuseOtherRequest(last, fingerprint);
    try {
      const handle = await this.#client.workflow.start(VERTEX_BATCH_WORKFLOW, {
        workflowId,
        taskQueue: this.#taskQueue,
        args: [batchRequest],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: repeats ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
        staticSummary: summaryOf(accepted),
        staticDetails: detailsOf(accepted),
        memo: {
          [PROGRESS_MEMO]: { phase: 'resolving', since: new Date().toISOString(), workflowId, request: fingerprint },
        },
      });
      return new VertexBatchRun(this.#client.workflow, workflowId, handle.firstExecutionRunId !== last?.runId);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return new VertexBatchRun(this.#client.workflow, workflowId);
    }
  }

  /**
   * The `action` of a Schedule that starts runs: each has an id of its own, to which Temporal adds the scheduled time.
   * `{scheduledDate}`, `{scheduledTime}` and `{workflowId}` in `input` and `displayName` are replaced when a run starts.
   * @throws {VertexBatchError} `InvalidRequest`, now rather than at night
   */
  scheduleAction(request: StartRequest<Handlers>): ScheduleOptionsAction {
    const { workflowId, ...batchRequest } = request;
    const accepted = accept(batchRequest, workflowId ?? 'schedule-workflow', new Date());
    const { input } = batchRequest;
    const shown = { ...accepted, input: typeof input === 'string' ? [input] : input };
    return {
      type: 'startWorkflow',
      workflowType: VERTEX_BATCH_WORKFLOW,
      taskQueue: this.#taskQueue,
      args: [batchRequest],
      staticSummary: summaryOf(shown),
      staticDetails: detailsOf(shown),
      ...(workflowId !== undefined && { workflowId }),
    };
  }

  /**
   * Sends the failed and missing rows of a closed run again, as it asked for them, under `<id>/rerun-<n>`. Called twice, it finds
   * the run that the first call started. Needs no worker, only to go on.
   * @throws {VertexBatchError} `NothingToRerun` where no row failed or is missing, `RunOpen` while the run isn't closed
   */
  async rerunFailed(workflowId: string): Promise<VertexBatchRun> {
    const input = await deadLettersOf(this.run(workflowId));
    const { request, taskQueue } = await this.#startedWith(workflowId);
    const again = requestOver(input, request);
    let id = nextRerunId(workflowId);
    while (await this.#isAnother(id, again)) id = nextRerunId(id);
    return await this.#onQueue(taskQueue).start(startOf(again, id));
  }

  /**
   * Has all the work of a closed run done again, and paid again: its request with a higher `rerun`, under the same id.
   * @throws {VertexBatchError} `RunOpen` while the run isn't closed, `JobTaken` for one that adopted its job
   */
  async repeat(workflowId: string): Promise<VertexBatchRun> {
    await refuseOpen(this.run(workflowId));
    const { request, taskQueue } = await this.#startedWith(workflowId);
    if ('adopt' in request) throw adoptedOnce(workflowId, request);
    const rerun = (request.rerun ?? 0) + 1;
    return await this.#onQueue(taskQueue).start(startOf({ ...request, rerun }, workflowId));
  }

  /**
   * Has a handler called over the results of a closed run again, at no cost, under `<id>/reprocess-<n>`; what answers is a run as
   * any other. A pass of the same handler that is still open is attached to. In place of an id, the URI of the run's manifest does,
   * which outlives Temporal's retention.
   * @throws {VertexBatchError} `RunOpen` while the run isn't closed, `NotFound` where it left no manifest, `InvalidRequest`
   */
  async reprocess(run: string, options: ReprocessOptions<Name<Handlers>> = {}): Promise<VertexBatchRun> {
    const source = run.startsWith('gs://') ? this.#manifestAt(run) : await this.#resultsOf(run);
    const { workflowId, started } = await startPass(this.#client, source, options);
    return new VertexBatchRun(this.#client.workflow, workflowId, started);
  }

  /** A run by its id; asks nothing yet. */
  run(workflowId: string): VertexBatchRun {
    return new VertexBatchRun(this.#client.workflow, workflowId);
  }

  /** Runs of the namespace and passes over their results, newest first, as their memos tell them. */
  async *list(options: ListOptions = {}): AsyncGenerator<ListedRun, void, undefined> {
    const onlyOpen = options.open === true || options.attention === true;
    const types = [VERTEX_BATCH_WORKFLOW, VERTEX_BATCH_REPROCESS_WORKFLOW].map((type) => `'${type}'`).join(', ');
    const query = `WorkflowType IN (${types})${onlyOpen ? " AND ExecutionStatus = 'Running'" : ''}`;
    for await (const found of this.#client.workflow.list({ query })) {
      const listed = listedRun(found);
      if (options.attention !== true || listed.progress.attention !== null) yield listed;
    }
  }

  async #startedWith(
    workflowId: string,
  ): Promise<{ readonly request: BatchRequest | AdoptRequest; readonly taskQueue: string }> {
    const last = await describe(this.#client, workflowId);
    if (last === undefined)
      throw new VertexBatchError('RunNotFound', `the namespace has no run ${JSON.stringify(workflowId)}`);
    if (last.type === VERTEX_BATCH_REPROCESS_WORKFLOW) {
      throw new VertexBatchError(
        'InvalidRequest',
        `${workflowId} is a handler's pass over the results of a run; name the run, ${workflowId.replace(/\/reprocess-\d+$/, '')}`,
      );
    }
    return { request: await requestOf<BatchRequest | AdoptRequest>(this.#client, last), taskQueue: last.taskQueue };
  }

  #manifestAt(uri: string): ReprocessedRun {
    const base = uri.slice('gs://'.length).replace(/\/[^/]*$/, '');
    return { manifest: uri, handler: undefined, base, taskQueue: this.#taskQueue };
  }

  async #resultsOf(workflowId: string): Promise<ReprocessedRun> {
    const { request, taskQueue } = await this.#startedWith(workflowId);
    return { manifest: await manifestOf(this.run(workflowId)), handler: request.handler, base: workflowId, taskQueue };
  }

  /** Where the workers are that know the run. */
  #onQueue(taskQueue: string): VertexBatchClient<Handlers> {
    return new VertexBatchClient(this.#client, { taskQueue });
  }

  /** Whether the id is that of a run over other rows. */
  async #isAnother(workflowId: string, request: BatchRequest): Promise<boolean> {
    const last = await describe(this.#client, workflowId);
    const standing = last && fingerprintIn(last);
    if (standing === undefined) return last !== undefined;
    return differingFields(standing, fingerprintOf(accept(request, workflowId))).some((field) =>
      ['input', 'output'].includes(field),
    );
  }
}

/** A request that ran before names a handler that was known then. */
function startOf<Handlers>(request: BatchRequest, workflowId: string): StartRequest<Handlers> {
  return { ...request, workflowId } as StartRequest<Handlers>;
}

function adoptedOnce(workflowId: string, { adopt }: AdoptRequest): VertexBatchError {
  return new VertexBatchError(
    'JobTaken',
    `run ${workflowId} adopted ${adopt.job}, which can't be run again; start a run over the job's input under another id`,
  );
}

function accept(request: object, workflowId: string, scheduledTime: Date | null = null): AcceptedRequest {
  try {
    return acceptRequest(request, workflowId, scheduledTime);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new VertexBatchError('InvalidRequest', error.message, { cause: error });
  }
}

/** A closed run of a lower `rerun`: the caller wants the same work done again. */
function isRepeat(last: WorkflowExecutionDescription, fingerprint: RequestFingerprint): boolean {
  const standing = fingerprintIn(last);
  return standing !== undefined && last.status.name !== 'RUNNING' && fingerprint.rerun > standing.rerun;
}

function refuseOtherRequest(last: WorkflowExecutionDescription, fingerprint: RequestFingerprint): void {
  if (last.type !== VERTEX_BATCH_WORKFLOW) {
    throw new VertexBatchError(
      'WorkflowIdTaken',
      `workflow id ${last.workflowId} belongs to a workflow of type ${last.type}; choose another`,
    );
  }
  const standing = fingerprintIn(last);
  if (standing === undefined) return;
  const isOpen = last.status.name === 'RUNNING';
  const isAnswered = last.status.name === 'COMPLETED';
  const differing = differingFields(standing, fingerprint);
  if (standing.rerun !== fingerprint.rerun) differing.push('rerun');
  // after a failed end the caller may mend his request, but not move it away from what the bucket knows
  const decisive = isOpen || isAnswered ? differing : differing.filter((field) => field === 'output');
  if (decisive.length === 0) return;
  const remedy = isOpen
    ? 'wait for it, cancel it, or choose another id'
    : 'choose another id, or a higher rerun to have the same work done and paid again';
  throw new VertexBatchError(
    'WorkflowIdTaken',
    `workflow id ${last.workflowId} is ${last.status.name.toLowerCase()} with another ${decisive.join(', ')}; ${remedy}`,
  );
}

function fingerprintIn(
  execution: Pick<WorkflowExecutionDescription, 'memo' | 'workflowId' | 'startTime'>,
): RequestFingerprint | undefined {
  return progressIn(execution.memo, execution.workflowId, execution.startTime).request;
}

function listedRun(found: WorkflowExecutionInfo): ListedRun {
  return {
    workflowId: found.workflowId,
    runId: found.runId,
    execution: found.status.name,
    startTime: found.startTime.toISOString(),
    closeTime: found.closeTime?.toISOString() ?? null,
    progress: progressIn(found.memo, found.workflowId, found.startTime),
  };
}

/** A legible workflow id that no other run has. */
export function newWorkflowId(): string {
  return `vertex-batch/${new Date().toISOString().slice(0, 16).replace(':', '')}Z-${randomUUID().slice(0, 8)}`;
}
