import { allHandlersFinished, CancellationScope, condition, isCancellation, workflowInfo } from '@temporalio/workflow';
import type { AcceptedRun, FoundResults } from '../activities/contract';
import { NO_BOOKS, verdictOf } from '../domain/outcome';
import { NO_USAGE } from '../domain/usage';
import type { BatchReason, BatchResult, ReprocessRequest } from '../messages';
import { conclude, handlerTaskQueue, refuseCron, stopWhenCancelled } from './around-steps';
import { firstStep } from './handler-queue';
import { listenForCancel } from './listen';
import { processPart } from './process-part';
import { RunState } from './run-state';
import { RunStopped } from './run-stopped';
import { step } from './steps';

type FoundHandler = NonNullable<AcceptedRun['handler']>;

/** A pass of a handler over the results of a run that has ended: nothing is sent to the service, and nothing is paid. */
export async function vertexBatchReprocess(request: ReprocessRequest): Promise<BatchResult> {
  refuseCron();
  const run = new RunState();
  const pass = new Pass(run);
  listenForCancel(run);
  const cancelled = stopWhenCancelled(run);
  return await CancellationScope.nonCancellable(async () => {
    run.publish();
    await pass.take(request);
    const result = await pass.finish();
    run.close(result);
    pass.endDeadline();
    await condition(allHandlersFinished);
    return conclude(result, cancelled());
  });
}

class Pass {
  readonly #run: RunState;
  #found: FoundResults | undefined;
  #reason: BatchReason | undefined;
  endDeadline = () => {};

  constructor(run: RunState) {
    this.#run = run;
  }

  /** From first to last; what stops it early is kept for the result. */
  async take(request: ReprocessRequest): Promise<void> {
    try {
      const found = await this.#findResults(request);
      const handler = await this.#findHandler(found, handlerTaskQueue(request));
      const { searchAttributes = [] } = found;
      const known = { run: found.run, timing: found.timing, handler, searchAttributes };
      this.#run.accepted = known;
      const { settledUri, ranges: processRanges, of: passOf } = found;
      await processPart(this.#run, known, 1, { settledUri, processRanges, passOf });
    } catch (error) {
      if (error instanceof RunStopped) this.#reason = error.reason;
      else if (!isCancellation(error)) throw error;
    }
  }

  async finish(): Promise<BatchResult> {
    const found = this.#found;
    const handler = this.#run.accepted?.handler;
    const result = this.#result();
    if (found === undefined || handler == null) return result;
    this.#run.enter('finishing');
    try {
      const { manifest, rejectedUri } = await step(
        this.#run,
        'vertexBatchFinishReprocess',
        {
          run: found.run,
          result,
          settledUri: found.settledUri,
          handler: { name: handler.name, version: handler.version },
          reprocessed: found.manifest,
        },
        { summary: 'Write the manifest of the pass' },
      );
      return { ...result, manifest, rejected: rejectedUri };
    } catch (error) {
      if (!(error instanceof RunStopped)) throw error;
      return { ...result, outcome: 'failed', reason: error.reason };
    }
  }

  async #findResults(request: ReprocessRequest): Promise<FoundResults> {
    const found = await this.#run.interruptible(() =>
      step(
        this.#run,
        'vertexBatchReadManifest',
        { request, execution: workflowInfo().firstExecutionRunId },
        { summary: 'Find the results' },
      ),
    );
    this.#found = found;
    this.#run.inputRows = found.results.rows;
    this.#run.books = { ...NO_BOOKS, answered: found.results.rows };
    this.endDeadline = this.#run.startDeadline(found.deadlineMs, 'deadline');
    return found;
  }

  async #findHandler({ handlerName: name }: FoundResults, taskQueue: string | null): Promise<FoundHandler> {
    const summary = `Find handler ${name}`.slice(0, 190);
    const found = await firstStep(this.#run, taskQueue, 'vertexBatchFindHandler', { name }, summary);
    return { ...found, taskQueue };
  }

  #result(): BatchResult {
    const { stop, processed, rejected, startedAt } = this.#run;
    const results = this.#found?.results ?? { files: 0, rows: 0, bytes: 0 };
    const books = { ...NO_BOOKS, answered: results.rows };
    const handled = processed + rejected;
    const reasons = [stop?.reason, this.#reason].filter((reason) => reason !== undefined);
    const verdict = verdictOf({
      input: results.rows,
      books,
      isEmpty: this.#found !== undefined && reasons.length === 0,
      unprocessed: results.rows - handled,
      minAnsweredShare: null,
      cancelled: stop?.kind === 'cancel',
      reasons,
      mustFail: this.#reason !== undefined && handled === 0,
      imbalances: [],
      rowReasons: [],
    });
    return {
      ...verdict,
      rows: { input: results.rows, ...books },
      handler: { processed, rejected },
      usage: NO_USAGE,
      cost: null,
      startTime: new Date(startedAt).toISOString(),
      endTime: new Date().toISOString(),
      queuedSeconds: null,
      runningSeconds: null,
      validation: { errors: 0, warnings: 0 },
      jobs: [],
      jobCount: 0,
      directory: this.#found?.run.directory ?? '',
      results: { uri: this.#found === undefined ? '' : `${this.#found.of}results/`, ...results },
      deadLetters: null,
      errors: null,
      rejected: null,
      validationReport: null,
      manifest: null,
    };
  }
}
