import type { RunStatus, VertexBatchRun } from '../client';
import { VertexBatchCancelledError, VertexBatchError, VertexBatchFailedError } from '../client';
import type { BatchResult } from '../messages';
import { connectionWords, shellWord, type CommonFlags, type Invocation } from './command-line';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code';
import { listenForInterrupts } from './interrupts';
import { isPassing } from './report-error';
import { RunView } from './run-view';
import { isPolled, type TemporalSession } from './temporal-session';
import { plain } from './text/plain';
import { outcomeText, resultText } from './text/result-text';

export interface FollowFlags extends CommonFlags {
  readonly allowPartial?: boolean;
}

/** Shows a run until it has closed, then its result. Ctrl-C stops following, not the run. */
export async function followRun(
  invocation: Invocation<FollowFlags>,
  session: TemporalSession,
  run: VertexBatchRun,
): Promise<ExitCode> {
  const { output, flags } = invocation;
  const interrupts = listenForInterrupts();
  try {
    await watchUntilClosed(invocation, session, run, interrupts.signal);
    output.live.keep();
    if (interrupts.signal.aborted) {
      sayHowToComeBack(invocation, run.workflowId);
      return EXIT.interrupted;
    }
    return await showResult(invocation, run, flags.allowPartial === true);
  } finally {
    interrupts.dispose();
  }
}

/** Prints the result of a run that has closed, or waits for it. */
export async function showResult(
  invocation: Invocation,
  run: VertexBatchRun,
  allowPartial: boolean,
): Promise<ExitCode> {
  const { output } = invocation;
  try {
    const result = await run.result();
    return presentResult(invocation, run.workflowId, result, allowPartial);
  } catch (error) {
    if (error instanceof VertexBatchFailedError && error.result !== undefined) {
      return presentResult(invocation, run.workflowId, error.result, allowPartial);
    }
    if (error instanceof VertexBatchCancelledError && error.closed !== undefined) {
      output.json({ result: error.closed });
      output.print(
        `${outcomeText('cancelled', output.colors, 11)} ${plain(error.message)}${manifestOf(error.closed.manifest)}`,
      );
      return EXIT.failed;
    }
    if (error instanceof VertexBatchError && error.type !== 'RunNotFound') {
      output.json({ result: null, error: { type: error.type, message: error.message } });
    }
    throw error;
  }
}

function presentResult(
  { output, flags }: Invocation,
  workflowId: string,
  result: BatchResult,
  allowPartial: boolean,
): ExitCode {
  output.json({ result });
  output.print(resultText(result, output));
  if (result.deadLetters !== null) {
    const again = `vertex-batch rerun ${shellWord(workflowId)} --failed${connectionWords(flags)}`;
    output.print(`${output.colors.dim('again'.padEnd(11))} ${again}`);
  }
  return exitCodeOf(result.outcome, allowPartial);
}

function manifestOf(manifest: string | null): string {
  return manifest === null ? '' : `\n${'manifest'.padEnd(11)} ${manifest}`;
}

const LOOK_INTERVAL_MS = 1_000;

async function watchUntilClosed(
  { output }: Invocation,
  session: TemporalSession,
  run: VertexBatchRun,
  signal: AbortSignal,
): Promise<void> {
  const view = new RunView(output);
  const pollers = new PollerWatch(session, output);
  for (;;) {
    try {
      for await (const status of run.follow({ intervalMs: LOOK_INTERVAL_MS, signal })) {
        output.json({ progress: status });
        view.show(status);
        if (status.execution !== 'RUNNING') return;
        await pollers.look(status);
      }
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      output.note(`Temporal doesn't answer; the run isn't harmed by that. Asking again.`);
    }
  }
}

const POLLER_INTERVAL_MS = 15_000;

/** Says when nobody polls the run's task queue, and when somebody does again. */
class PollerWatch {
  readonly #session: TemporalSession;
  readonly #output: Invocation['output'];
  #lookedAt = 0;
  #polled = true;

  constructor(session: TemporalSession, output: Invocation['output']) {
    this.#session = session;
    this.#output = output;
  }

  async look({ taskQueue }: RunStatus): Promise<void> {
    if (this.#polled && Date.now() - this.#lookedAt < POLLER_INTERVAL_MS) return;
    this.#lookedAt = Date.now();
    const polled = await isPolled(this.#session, taskQueue);
    if (!polled && this.#polled) this.#output.note(noWorkerText(taskQueue));
    if (polled && !this.#polled) this.#output.note(`A worker polls ${taskQueue} now.`);
    this.#polled = polled;
  }
}

/** Says when nobody polls the task queue that a request names for its handler. */
export async function sayIfHandlerQueueIsSilent(
  { output }: Invocation,
  session: TemporalSession,
  taskQueue: string | null,
): Promise<void> {
  if (taskQueue === null || (await isPolled(session, taskQueue, 'activities'))) return;
  output.note(
    `No worker polls ${taskQueue}, the task queue of the handler: nothing is sent until one does. Start one that has the handler with "vertex-batch worker --task-queue ${shellWord(taskQueue)} --handlers MODULE".`,
  );
}

export function noWorkerText(taskQueue: string): string {
  return `No worker polls ${taskQueue}: the run waits until one does. Start one with "vertex-batch worker --task-queue ${shellWord(taskQueue)}".`;
}

function sayHowToComeBack({ output, flags }: Invocation<FollowFlags>, workflowId: string): void {
  const id = `${shellWord(workflowId)}${connectionWords(flags)}`;
  output.note('Stopped following. The run goes on, and so does the bill.');
  output.note(`  come back: vertex-batch watch ${id}`);
  output.note(`  stop it:   vertex-batch cancel ${id}`);
}
