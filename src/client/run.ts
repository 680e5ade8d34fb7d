import {
  isGrpcServiceError,
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowClient,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import {
  ADOPT_JOB,
  CANCEL_BATCH,
  CHECK_NOW,
  RESUBMIT,
  type AdoptJobInput,
  type BatchProgress,
  type BatchReasonType,
  type BatchResult,
  type CancelBatchInput,
  type ResubmitInput,
} from '../messages';
import { VertexBatchCancelledError, VertexBatchError, VertexBatchFailedError } from './errors';
import { statusOf, type RunStatus } from './run-status';

export interface FollowOptions {
  /** Time between looks at the server, in milliseconds. @default 1000 */
  readonly intervalMs?: number;
  /** Stops following, not the run. */
  readonly signal?: AbortSignal;
}

/** A run by its workflow id; always the latest execution of it. */
export class VertexBatchRun {
  readonly workflowId: string;
  /** Whether the call that gave this object started an execution, or found one. */
  readonly started: boolean;
  readonly #client: WorkflowClient;

  constructor(client: WorkflowClient, workflowId: string, started = false) {
    this.#client = client;
    this.workflowId = workflowId;
    this.started = started;
  }

  /** One look, from the server alone. Throws `RunNotFound` for an id that the namespace doesn't know. */
  async status(): Promise<RunStatus> {
    try {
      return await statusOf(this.#client, await this.#handle.describe());
    } catch (error) {
      throw this.#notFound(error) ?? error;
    }
  }

  /** Yields the status whenever it differs from the last one, the last time when the run has closed. */
  async *follow(options: FollowOptions = {}): AsyncGenerator<RunStatus, void, undefined> {
    let shown = '';
    for (;;) {
      const status = await this.status();
      const seen = JSON.stringify({ ...status, historyLength: 0 });
      if (seen !== shown) yield status;
      shown = seen;
      if (status.execution !== 'RUNNING' || options.signal?.aborted === true) return;
      await wait(options.intervalMs ?? 1_000, options.signal);
    }
  }

  /**
   * Waits for the result, also across a reset of the run. Throws {@link VertexBatchFailedError} where the run failed,
   * {@link VertexBatchCancelledError} where the workflow was cancelled.
   */
  async result(): Promise<BatchResult> {
    for (;;) {
      try {
        return (await this.#handle.result()) as BatchResult;
      } catch (error) {
        if (await this.#wasReset(error)) continue;
        throw await this.#failure(error);
      }
    }
  }

  /**
   * Cancels the run and waits until it has closed: the service has ended the job, finished rows are collected.
   * With `wait: false` it returns as soon as the server has recorded the request. A run that had closed gives its result.
   */
  cancel(input: CancelBatchInput & { readonly wait?: true }): Promise<BatchResult>;
  cancel(input: CancelBatchInput & { readonly wait: false }): Promise<undefined>;
  cancel(): Promise<BatchResult>;
  async cancel({ wait: waits = true, ...input }: CancelBatchInput & { readonly wait?: boolean } = {}): Promise<
    BatchResult | undefined
  > {
    try {
      await this.#handle.signal(CANCEL_BATCH, input);
    } catch (error) {
      // the signal of a closed run isn't found; its status tells whether the run is
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      await this.status();
    }
    return waits ? await this.result() : undefined;
  }

  /** Names the job that an unanswered create made. Resolves when the run has taken it. Throws `RunClosed` where it can't any more. */
  async adoptJob(input: AdoptJobInput): Promise<{ readonly name: string }> {
    return await this.#answered(() => this.#handle.executeUpdate(ADOPT_JOB, { args: [input] }));
  }

  /**
   * Gives an unanswered create up and sends another one. Pays twice if the first one was accepted. Throws `RunClosed` where the run
   * can't any more.
   */
  async resubmit(input: ResubmitInput = {}): Promise<void> {
    await this.#answered(() => this.#handle.executeUpdate(RESUBMIT, { args: [input] }));
  }

  /** Has the run look at its job now. Needs a worker. Throws `RunClosed` where there is nothing left to look at. */
  async checkNow(): Promise<BatchProgress> {
    return await this.#answered(() => this.#handle.executeUpdate(CHECK_NOW, { args: [] }));
  }

  async #answered<Answer>(update: () => Promise<Answer>): Promise<Answer> {
    try {
      return await update();
    } catch (error) {
      throw await this.#updateFailure(error);
    }
  }

  /** The server tells in several ways that a run closed before or while it was asked; its status tells in one. */
  async #updateFailure(error: unknown): Promise<unknown> {
    if (!isUnanswered(error)) return error;
    const { execution } = await this.status();
    if (execution === 'RUNNING') return error;
    return new VertexBatchError(
      'RunClosed',
      `${this.workflowId} has closed (${execution.toLowerCase()}) and takes nothing any more; read its result, or start it again`,
      { cause: error },
    );
  }

  get #handle(): WorkflowHandle {
    return this.#client.getHandle(this.workflowId);
  }

  /** A reset terminates one run of the execution and goes on in another. */
  async #wasReset(error: unknown): Promise<boolean> {
    if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof TerminatedFailure)) return false;
    const { execution } = await this.status();
    return execution !== 'TERMINATED';
  }

  async #failure(error: unknown): Promise<unknown> {
    const notFound = this.#notFound(error);
    if (notFound !== undefined) return notFound;
    if (!(error instanceof WorkflowFailedError)) return error;
    const { cause } = error;
    if (cause instanceof CancelledFailure) {
      const { closed } = await this.status();
      const why = closed?.reason?.message ?? 'the workflow was cancelled';
      return new VertexBatchCancelledError(`${this.workflowId} was cancelled: ${why}`, closed, { cause });
    }
    if (cause instanceof TerminatedFailure) {
      return new VertexBatchError(
        'RunTerminated',
        `${this.workflowId} was terminated; a job that it had created may still run`,
        { cause },
      );
    }
    if (!(cause instanceof ApplicationFailure)) return error;
    const result = cause.details?.[0] as BatchResult | undefined;
    return new VertexBatchFailedError((cause.type ?? 'InternalError') as BatchReasonType, cause.message, result, {
      cause,
    });
  }

  #notFound(error: unknown): VertexBatchError | undefined {
    if (!(error instanceof WorkflowNotFoundError)) return undefined;
    return new VertexBatchError('RunNotFound', `the namespace has no run ${JSON.stringify(this.workflowId)}`, {
      cause: error,
    });
  }
}

/** The run itself said nothing: it wasn't there, or it ended before it could. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError || isGrpcServiceError(error) || error instanceof ServiceError) return true;
  if (!(error instanceof WorkflowUpdateFailedError)) return false;
  return error.cause instanceof ApplicationFailure && error.cause.type === 'AcceptedUpdateCompletedWorkflow';
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
