import type { BatchProgress, BatchReasonType, BatchResult } from '../messages';

/** Base of everything that the client throws on purpose; `type` has an entry in docs/errors.md. */
export class VertexBatchError extends Error {
  override readonly name: string = 'VertexBatchError';
  readonly type: BatchReasonType | 'RunNotFound' | 'RunTerminated' | 'RunOpen' | 'RunClosed' | 'NothingToRerun';

  constructor(type: VertexBatchError['type'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }
}

/** The run closed Failed: it gave less than was asked for. */
export class VertexBatchFailedError extends VertexBatchError {
  override readonly name = 'VertexBatchFailedError';
  /** What it gave; absent when it failed before there was anything to count. */
  readonly result: BatchResult | undefined;

  constructor(
    type: VertexBatchError['type'],
    message: string,
    result: BatchResult | undefined,
    options?: ErrorOptions,
  ) {
    super(type, message, options);
    this.result = result;
  }
}

/** The workflow was cancelled; what it had is told by its memo, since a Canceled workflow carries no payload. */
export class VertexBatchCancelledError extends VertexBatchError {
  override readonly name = 'VertexBatchCancelledError';
  readonly closed: BatchProgress['closed'] | undefined;

  constructor(message: string, closed: BatchProgress['closed'] | undefined, options?: ErrorOptions) {
    super('CancelRequested', message, options);
    this.closed = closed;
  }
}
