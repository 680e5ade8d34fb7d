import { CancellationScope, condition, isCancellation, log, sleep } from '@temporalio/workflow';
import type { ObservedJob, VertexJob } from '../activities/contract';
import { progressStep } from '../domain/job-progress';
import { isTerminal, phaseOf, shortState, type JobPhase } from '../domain/job-state';
import type { TrackedJob } from '../domain/run-progress';
import type { AcceptedRequest } from '../domain/accepted-request';
import type { BatchReason } from '../messages';
import { isTimeout, step } from './steps';
import type { RunState } from './run-state';
import { track } from './tracked-job';

/** How the wait for a job ended. */
export interface JobEnding {
  /** `vanished`: the service has no such job any more; `unconfirmed`: it had not ended when the run had to. */
  readonly kind: 'ended' | 'vanished' | 'unconfirmed';
  /** As last seen. */
  readonly job: VertexJob;
  /** Why the run gave this job up and had it cancelled. */
  readonly gaveUp: BatchReason | null;
}

/** Waits until the service has ended a job; carries stops of the run and deadlines of its states to the service. */
export async function awaitEnd(
  run: RunState,
  request: AcceptedRequest,
  first: VertexJob,
  tracked: TrackedJob,
  onRunning: () => Promise<void>,
): Promise<JobEnding> {
  const wait = new JobWait(run, request, first, tracked);
  try {
    for (;;) {
      if (isTerminal(wait.job.state)) return wait.ending('ended');
      if (wait.goneFor >= request.listingLagMs) return wait.ending('vanished');
      if (wait.mustCancel) await wait.sendCancel();
      if (wait.isOver) return wait.ending('unconfirmed');
      await wait.nextChange();
      if (phaseOf(wait.job.state) === 'running' && !wait.ranBefore) {
        wait.ranBefore = true;
        await onRunning();
      }
    }
  } finally {
    wait.close();
  }
}

/** What one wait remembers between looks. */
class JobWait {
  job: VertexJob;
  ranBefore = false;
  readonly #run: RunState;
  readonly #request: AcceptedRequest;
  readonly #tracked: TrackedJob;
  #gaveUp: BatchReason | null = null;
  #cancelSentAt: number | undefined;
  #cancelOverdue = false;
  #goneSince: number | undefined;
  #looksSeen: number;
  #timer: { readonly phase: JobPhase; readonly cancel: () => void; isOver: boolean } | undefined;

  constructor(run: RunState, request: AcceptedRequest, job: VertexJob, tracked: TrackedJob) {
    this.job = job;
    this.#run = run;
    this.#request = request;
    this.#tracked = tracked;
    this.#looksSeen = run.looksAsked;
    this.#startTimer();
  }

  get goneFor(): number {
    return this.#goneSince === undefined ? 0 : Date.now() - this.#goneSince;
  }

  /** The run stops or has given this job up, and the service doesn't know yet. */
  get mustCancel(): boolean {
    return this.#cancelSentAt === undefined && (this.#run.stop !== undefined || this.#gaveUp !== null);
  }

  /** The cancel has had its time, and so has the run. */
  get isOver(): boolean {
    return this.#cancelOverdue && this.#run.pastDeadline;
  }

  ending(kind: JobEnding['kind']): JobEnding {
    return { kind, job: this.job, gaveUp: this.#gaveUp };
  }

  async sendCancel(): Promise<void> {
    this.#cancelSentAt = Date.now();
    const reason = this.#gaveUp ?? this.#run.stop?.reason;
    const cancelled = await step(
      this.#run,
      'vertexBatchCancelJob',
      { job: this.job.name },
      { summary: `Cancel job ${this.job.name.split('/').at(-1)}: ${reason?.message ?? ''}`.slice(0, 150) },
    );
    log.info('Asked the service to cancel', { job: this.job.name, answer: cancelled.kind });
    this.#restartTimer('cancelling', this.#request.deadlines.cancellingMs);
  }

  /** Sleeps until the job changed, the run stops, a deadline is over or somebody asks to look. */
  async nextChange(): Promise<void> {
    if (this.#goneSince !== undefined) {
      await sleep(Math.max(1, Math.round(this.#request.listingLagMs / 5)), {
        summary: 'Until the next look for a job that is gone',
      });
    }
    const scope = new CancellationScope({ cancellable: true, parent: CancellationScope.current() });
    const look: { observed?: ObservedJob; failed?: unknown; ended: boolean } = { ended: false };
    const waiting = scope
      .run(() => this.#look())
      .then(
        (observed) => {
          look.observed = observed;
          look.ended = true;
        },
        (error: unknown) => {
          if (!isCancellation(error) && !isTimeout(error)) look.failed = error;
          look.ended = true;
        },
      );
    await condition(
      () =>
        look.ended ||
        this.#timer?.isOver === true ||
        this.mustCancel ||
        this.isOver ||
        this.#run.looksAsked > this.#looksSeen,
    );
    this.#looksSeen = this.#run.looksAsked;
    if (!look.ended) scope.cancel();
    await waiting;
    if (look.failed !== undefined) throw look.failed;
    if (look.observed !== undefined) this.#observe(look.observed);
    else if (this.#timer?.isOver === true) this.#onDeadline();
  }

  close(): void {
    this.#timer?.cancel();
    this.#run.clear(this.#attentionKey());
    this.#run.clear(this.#pausedKey());
  }

  #look(): Promise<ObservedJob> {
    const { counts, state, since, rows } = this.#tracked;
    return step(
      this.#run,
      'vertexBatchAwaitChange',
      {
        job: this.job.name,
        rows,
        known: {
          state,
          step: progressStep(counts, rows),
          since: new Date(Math.max(since, this.#cancelSentAt ?? 0)).toISOString(),
        },
      },
      { summary: `Wait for job ${this.job.name.split('/').at(-1)} to leave ${shortState(state)}` },
    );
  }

  #observe({ job, checkedAt }: ObservedJob): void {
    this.#run.checkedAt = checkedAt;
    if (job === null) {
      this.#goneSince ??= Date.now();
      return;
    }
    this.#goneSince = undefined;
    const changed = job.state !== this.#tracked.state;
    this.job = job;
    track(this.#tracked, job);
    if (changed) this.#startTimer();
    this.#run.publish();
  }

  #startTimer(): void {
    const phase = phaseOf(this.job.state);
    if (phase !== 'paused') this.#run.clear(this.#pausedKey());
    if (phase === 'ended') return this.#timer?.cancel();
    if (this.#cancelSentAt !== undefined || this.#timer?.phase === phase) return;
    const { queuedMs, runningMs, cancellingMs } = this.#request.deadlines;
    const bounds = { queued: queuedMs, running: runningMs, paused: this.#pausedMs(), cancelling: cancellingMs };
    this.#restartTimer(phase, bounds[phase]);
    if (phase === 'paused' && this.#request.paused.policy === 'wait') this.#showPaused(bounds.paused);
  }

  #pausedMs(): number {
    return this.#request.paused.policy === 'wait' ? this.#request.paused.deadlineMs : 0;
  }

  #showPaused(boundMs: number): void {
    this.#run.raise(this.#pausedKey(), {
      type: 'JobPaused',
      message: `${this.job.name} is paused; no call of the API resumes it`,
      until: new Date(Date.now() + boundMs).toISOString(),
      part: this.#tracked.part,
      claim: null,
      actions: ['cancelBatch', 'checkNow'],
    });
  }

  #restartTimer(phase: JobPhase, ms: number): void {
    this.#timer?.cancel();
    const scope = new CancellationScope({ cancellable: true, parent: CancellationScope.current() });
    const timer = { phase, cancel: () => scope.cancel(), isOver: false };
    this.#timer = timer;
    void scope
      .run(() => sleep(Math.max(1, ms), { summary: `Deadline of a job that is ${phase}` }))
      .then(
        () => {
          timer.isOver = true;
        },
        () => undefined,
      );
  }

  #onDeadline(): void {
    const phase = this.#timer?.phase;
    this.#timer = undefined;
    if (phase === 'cancelling') this.#showOverdue();
    if (phase === 'paused') this.#gaveUp = { type: 'JobPaused', message: `job ${this.job.name} ${this.#whyPaused()}` };
    if (phase === 'queued' || phase === 'running') {
      const message = `job ${this.job.name} was ${shortState(this.job.state)} longer than deadlines.${phase}`;
      this.#gaveUp = { type: 'DeadlineExceeded', message };
    }
  }

  #whyPaused(): string {
    const { policy } = this.#request.paused;
    return policy === 'wait' ? 'was still paused at paused.deadline' : `was paused, and paused.policy is ${policy}`;
  }

  #showOverdue(): void {
    this.#cancelOverdue = true;
    this.#run.raise(this.#attentionKey(), {
      type: 'CancelUnconfirmed',
      message: `${this.job.name} is ${shortState(this.job.state)} long after its cancel; it may still bill`,
      until: this.#run.deadline === null ? null : new Date(this.#run.deadline).toISOString(),
      part: this.#tracked.part,
      claim: null,
      actions: ['checkNow'],
    });
  }

  #attentionKey(): string {
    return `cancel ${this.#tracked.name}`;
  }

  #pausedKey(): string {
    return `paused ${this.#tracked.name}`;
  }
}
