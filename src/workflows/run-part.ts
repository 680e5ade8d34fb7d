import { isCancellation } from '@temporalio/workflow';
import type {
  AcceptedRun,
  ClaimReference,
  FoundOutputs,
  PlannedPart,
  PlannedParts,
  SettledPart,
  VertexJob,
} from '../activities/contract';
import { count } from '../domain/count-text';
import { endReasonOf, isWorthAnotherRound } from '../domain/job-end';
import { rangesAtATime, rangesOfPart } from '../domain/range-share';
import type { TrackedJob } from '../domain/run-progress';
import type { BatchPhase, BatchReason } from '../messages';
import { awaitEnd, track, type JobEnding } from './await-end';
import { HandlerQueue, QueueSilent } from './handler-queue';
import type { OperatorDesk } from './operator-desk';
import type { RunState } from './run-state';
import { RunStopped } from './run-stopped';
import { inParallel, step } from './steps';
import { submit, type Submitted } from './submit';

type Plan = NonNullable<PlannedParts['plan']>;

/** What became of a part. */
export interface PartEnd {
  readonly settled: SettledPart | null;
  readonly reasons: readonly BatchReason[];
  /** The caller asked that such an end counts as failure. */
  readonly mustFail: boolean;
}

interface Round {
  readonly round: number;
  readonly job: VertexJob;
  readonly outputsUri: string | null;
}

/** Takes a part through its rounds: stage, submit, wait, collect; then settles all of them together. */
export async function runPart(
  run: RunState,
  accepted: AcceptedRun,
  desk: OperatorDesk,
  plan: Plan,
  part: PlannedPart,
): Promise<PartEnd> {
  const life = new PartLife(run, accepted, desk, plan, part);
  try {
    while (await life.nextRound()) continue;
  } catch (error) {
    if (!life.hasJobs || !(error instanceof RunStopped || isCancellation(error))) throw error;
    if (error instanceof RunStopped) life.reasons.push(error.reason);
  }
  const settled = life.maySettle ? await life.settle(true) : null;
  return { settled, reasons: life.reasons, mustFail: life.mustFail };
}

/** Books for a part that no job was run for: all its rows are missing, and become dead letters. */
export async function settleUnsent(
  run: RunState,
  accepted: AcceptedRun,
  desk: OperatorDesk,
  plan: Plan,
  part: PlannedPart,
): Promise<SettledPart> {
  return await new PartLife(run, accepted, desk, plan, part).settle(true);
}

class PartLife {
  readonly reasons: BatchReason[] = [];
  mustFail = false;
  readonly #run: RunState;
  readonly #accepted: AcceptedRun;
  readonly #desk: OperatorDesk;
  readonly #plan: Plan;
  readonly #part: PlannedPart;
  readonly #queue: HandlerQueue;
  readonly #rounds: Round[] = [];
  /** Sources that differ from the plan. */
  #changed: readonly string[] = [];
  #created = 0;
  #firstWasAdopted = false;
  #queueIsSilent = false;
  #rowsUri: string | null = null;
  #rows: number;

  constructor(run: RunState, accepted: AcceptedRun, desk: OperatorDesk, plan: Plan, part: PlannedPart) {
    this.#run = run;
    this.#accepted = accepted;
    this.#desk = desk;
    this.#plan = plan;
    this.#part = part;
    this.#rows = part.rows;
    this.#queue = new HandlerQueue(run, accepted);
    this.#noteChanged(plan.changed);
  }

  get hasJobs(): boolean {
    return this.#rounds.length > 0;
  }

  get maySettle(): boolean {
    return this.hasJobs && this.#salvages;
  }

  /** One job from its input to its collected output; whether another one should follow. */
  async nextRound(): Promise<boolean> {
    const round = this.#rounds.length + 1;
    const submitted = await this.#submit(round);
    if (submitted === undefined) return false;
    if (!submitted.adopted) this.#created += 1;
    else if (round === 1) this.#firstWasAdopted = true;
    const tracked = this.#track(submitted.job, round);
    this.#enter('waiting');
    const ending = await awaitEnd(this.#run, this.#accepted.request, submitted.job, tracked, () =>
      this.#onRunning(submitted.claim),
    );
    await this.#onEnd(submitted.claim, ending);
    this.#rounds.push({ round, job: ending.job, outputsUri: await this.#collect(submitted.claim, ending, tracked) });
    const hasAll = tracked.kept >= tracked.rows;
    return !hasAll && this.#mayGoOn(ending) && (await this.#hasRowsToSend());
  }

  async settle(final: boolean): Promise<SettledPart> {
    this.#enter('settling');
    return await step(
      this.#run,
      'vertexBatchSettlePart',
      {
        run: this.#accepted.run,
        planUri: this.#plan.uri,
        part: this.#part.part,
        rounds: this.#rounds,
        handler: this.#handler,
        model: this.#accepted.request.model,
        final,
        ...this.#rangeShare,
      },
      {
        summary: this.#summary(
          final ? `Settle ${count(this.#part.rows)} rows, write results and errors` : 'Find the rows to send again',
        ),
      },
    );
  }

  /** The job of a round; `undefined` when another one may not be created and none stands. */
  async #submit(round: number): Promise<Submitted | undefined> {
    await this.#noticeChange();
    const onlyStanding = this.#changed.length > 0 || !this.#mayCreate();
    const input = await this.#input(round, onlyStanding);
    this.#enter('submitting');
    const submission = { part: this.#part.part, round, onlyStanding, ...input };
    const submitted = await submit(this.#run, this.#accepted, this.#desk, submission);
    if (submitted === undefined && !this.hasJobs) throw this.#changedBeforeCreate();
    return submitted;
  }

  /** What the job reads: the input as it lies, or a staged object. Nothing is staged for a job that may only be found. */
  async #input(round: number, onlyStanding: boolean): Promise<{ inputUris: readonly string[]; digest: string }> {
    const asItLies = this.#part.asItLies && this.#rowsUri === null;
    if (asItLies || onlyStanding) return { inputUris: this.#part.uris, digest: this.#plan.digest };
    this.#enter('staging');
    const staged = await this.#run.interruptible(() =>
      step(
        this.#run,
        'vertexBatchStagePart',
        {
          run: this.#accepted.run,
          planUri: this.#plan.uri,
          part: this.#part.part,
          round,
          rowsUri: this.#rowsUri,
        },
        { summary: this.#summary(`Stage ${count(this.#rows)} rows for round ${round}`) },
      ),
    );
    return { inputUris: staged.uris, digest: staged.digest };
  }

  /** Rounds that this execution may still pay for; what an earlier one created doesn't count. */
  #mayCreate(): boolean {
    return this.#created < this.#accepted.request.rounds + (this.#firstWasAdopted ? 0 : 1);
  }

  #changedBeforeCreate(): RunStopped {
    const files = this.#changed.join(', ');
    return new RunStopped({
      type: 'InputChanged',
      message: `the input changed since it was validated: ${files}. Nothing was sent.`,
    });
  }

  #track(job: VertexJob, round: number): TrackedJob {
    const tracked: TrackedJob = {
      name: job.name,
      part: this.#part.part,
      round,
      rows: this.#rows,
      state: job.state,
      since: Date.now(),
      startedAt: null,
      counts: null,
      error: null,
      outputDirectory: null,
      createTime: null,
      startTime: null,
      endTime: null,
      kept: 0,
    };
    track(tracked, job);
    this.#run.jobs.push(tracked);
    return tracked;
  }

  /** The service reads its input about now, and a create that it doubled shows by now. */
  async #onRunning(claim: ClaimReference): Promise<void> {
    await Promise.all([this.#noticeChange(), this.#noticeDouble(claim)]);
  }

  async #onEnd(claim: ClaimReference, ending: JobEnding): Promise<void> {
    const reason = ending.gaveUp ?? (ending.kind === 'ended' ? endReasonOf(ending.job) : strayReason(ending));
    if (reason !== null) this.reasons.push(reason);
    if (ending.gaveUp?.type === 'JobPaused' && this.#accepted.request.paused.policy === 'fail') this.mustFail = true;
    if (ending.kind !== 'ended') return;
    await Promise.all([this.#noticeChange(), this.#noticeDouble(claim)]);
  }

  /** The service reads the input without its generations, so a change can only be noticed; a staged copy prevents it. */
  async #noticeChange(): Promise<void> {
    if (!this.#part.asItLies || this.#rowsUri !== null || this.#changed.length > 0) return;
    const { changed } = await step(
      this.#run,
      'vertexBatchCheckInput',
      { run: this.#accepted.run, planUri: this.#plan.uri },
      { summary: this.#summary('Compare the input with the plan') },
    );
    this.#noteChanged(changed);
  }

  #noteChanged(changed: readonly string[]): void {
    if (changed.length === 0) return;
    this.#changed = changed;
    const files = changed.join(', ');
    this.reasons.push({ type: 'InputChanged', message: `the input changed after it was validated: ${files}` });
  }

  /** Should the service ever double a create, the job in history is kept and the other one cancelled. */
  async #noticeDouble(claim: ClaimReference): Promise<void> {
    const { project, location } = this.#accepted.request;
    const { jobs } = await step(
      this.#run,
      'vertexBatchLookForJob',
      { run: this.#accepted.run, project, location, claim, onlyLook: true },
      { summary: this.#summary('Look whether the service doubled the create') },
    );
    const own = this.#run.jobs.findLast(({ part }) => part === claim.part)?.name;
    for (const double of jobs.filter((job) => job.name !== own)) {
      await step(
        this.#run,
        'vertexBatchCancelJob',
        { job: double.name },
        { summary: `Cancel double ${double.name}`.slice(0, 190) },
      );
    }
  }

  async #collect(claim: ClaimReference, ending: JobEnding, tracked: TrackedJob): Promise<string | null> {
    if (!this.#salvages) return null;
    this.#enter('collecting');
    try {
      return await this.#collectFor(claim, ending, tracked);
    } catch (error) {
      if (!(error instanceof QueueSilent)) throw error;
    }
    this.#goOnWithoutHandler();
    return await this.#collectFor(claim, ending, tracked);
  }

  async #collectFor(claim: ClaimReference, ending: JobEnding, tracked: TrackedJob): Promise<string> {
    const outputs = await step(
      this.#run,
      'vertexBatchFindOutputs',
      {
        run: this.#accepted.run,
        planUri: this.#plan.uri,
        claim,
        job: ending.job,
        handler: this.#handler,
        ...this.#rangeShare,
      },
      { summary: `Find the output of job ${ending.job.name.split('/').at(-1)}` },
    );
    tracked.kept = await this.#collectRanges(claim, outputs);
    return outputs.outputsUri;
  }

  async #collectRanges(claim: ClaimReference, outputs: FoundOutputs): Promise<number> {
    const collected = await inParallel(outputs.ranges, rangesAtATime(this.#partsAtWork), (range) => {
      const input = {
        run: this.#accepted.run,
        planUri: this.#plan.uri,
        outputsUri: outputs.outputsUri,
        part: claim.part,
        round: claim.round,
        range,
        handler: this.#handler,
      };
      const options = { summary: this.#summary(`Collect range ${range + 1} of ${outputs.ranges}`) };
      return this.#handler === null
        ? step(this.#run, 'vertexBatchCollectRange', input, options)
        : this.#queue.step('vertexBatchCollectRange', input, { ...options, givesUp: true });
    });
    return collected.reduce((sum, range) => sum + range.answered, 0);
  }

  #mayGoOn(ending: JobEnding): boolean {
    if (this.#run.stop !== undefined || this.#changed.length > 0) return false;
    if (ending.kind !== 'ended' || ending.gaveUp !== null) return false;
    if (this.#claimStands(this.#rounds.length + 1)) return true;
    return this.#mayCreate() && isWorthAnotherRound(ending.job, this.#plan.adopted && this.#created === 0);
  }

  async #hasRowsToSend(): Promise<boolean> {
    const settled = await this.settle(false);
    this.#rowsUri = settled.retryRowsUri;
    this.#rows = settled.retryable;
    return settled.retryable > 0;
  }

  #claimStands(round: number): boolean {
    return this.#plan.claimed.some((claim) => claim.part === this.#part.part && claim.round === round);
  }

  #enter(phase: BatchPhase): void {
    this.#run.enterPart(this.#part.part, phase);
  }

  /** Names the part where there are several. */
  #summary(text: string): string {
    return this.#plan.parts.length === 1 ? text : `Part ${this.#part.part}: ${text}`;
  }

  get #partsAtWork(): number {
    return Math.min(this.#plan.parts.length, this.#accepted.request.concurrentJobs);
  }

  get #rangeShare() {
    const { parts } = this.#plan;
    return parts.length === 1 ? {} : { maximumRanges: rangesOfPart(parts, this.#part) };
  }

  get #salvages(): boolean {
    return this.#run.stop?.salvage !== false;
  }

  /** What nobody collects where the handler is, is collected here: the answers are paid for. */
  #goOnWithoutHandler(): void {
    const { handler } = this.#accepted;
    this.#queueIsSilent = true;
    const without = handler?.hasSchema === true ? `, without the schema of handler ${handler.name}` : '';
    const message = `no worker took anything from task queue ${handler?.taskQueue}: the answers were collected on the run's own${without}`;
    this.reasons.push({ type: 'HandlerQueueSilent', message });
  }

  get #handler() {
    const { handler } = this.#accepted;
    return handler === null || this.#queueIsSilent ? null : { name: handler.name, version: handler.version };
  }
}

function strayReason(ending: JobEnding): BatchReason {
  return ending.kind === 'vanished'
    ? { type: 'JobVanished', message: `the service has no job ${ending.job.name} any more` }
    : { type: 'CancelUnconfirmed', message: `job ${ending.job.name} was left ${ending.job.state}; it may still bill` };
}
