import { isCancellation, patched } from '@temporalio/workflow';
import type { ClaimReference, SettledPart, VertexJob } from '../activities/contract';
import { count } from '../domain/count-text';
import { endReasonOf, isWorthAnotherRound } from '../domain/job-end';
import type { TrackedJob } from '../domain/run-progress';
import type { BatchPhase, BatchReason } from '../messages';
import { awaitEnd, type JobEnding } from './await-end';
import { RoundCollector } from './collect-round';
import { rangeShareOf, summaryOf, type PartOfRun } from './part-of-run';
import { RunStopped } from './run-stopped';
import { step } from './steps';
import { submit, type Submitted } from './submit';
import { trackedJob } from './tracked-job';
import { PartWatch } from './watch-part';

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
export async function runPart(at: PartOfRun): Promise<PartEnd> {
  const life = new PartLife(at);
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
export async function settleUnsent(at: PartOfRun): Promise<SettledPart> {
  return await new PartLife(at).settle(true);
}

class PartLife {
  readonly reasons: BatchReason[] = [];
  mustFail = false;
  readonly #at: PartOfRun;
  readonly #number: number;
  readonly #watch: PartWatch;
  readonly #collector: RoundCollector;
  readonly #rounds: Round[] = [];
  #created = 0;
  #firstWasAdopted = false;
  /** Rows of the next round; all of the part before the second. */
  #rowsUri: string | null = null;
  #rows: number;

  constructor(at: PartOfRun) {
    this.#at = at;
    this.#number = at.part.part;
    this.#rows = at.part.rows;
    this.#watch = new PartWatch(at, (reason) => this.reasons.push(reason));
    this.#collector = new RoundCollector(at);
  }

  get hasJobs(): boolean {
    return this.#rounds.length > 0;
  }

  get maySettle(): boolean {
    return this.hasJobs && this.#salvages;
  }

  /** One job from its input to its collected output; whether another one should follow. */
  async nextRound(): Promise<boolean> {
    const { run, accepted } = this.#at;
    const round = this.#rounds.length + 1;
    const submitted = await this.#submit(round);
    if (submitted === undefined) return false;
    const { job, claim } = submitted;
    if (!submitted.adopted || this.#isPaidHere(claim)) this.#created += 1;
    else if (round === 1) this.#firstWasAdopted = true;
    const tracked = trackedJob(job, { part: this.#number, round, rows: this.#rows });
    run.jobs.push(tracked);
    // beside other parts that wait, a job is no news of the run; whoever cancels without a worker knows it by the memo alone
    if (!this.#enter('waiting') && patched('show-each-job')) run.publish();
    const ending = await awaitEnd(run, accepted.request, job, tracked, () => this.#onRunning(claim));
    await this.#onEnd(claim, ending);
    this.#rounds.push({ round, job: ending.job, outputsUri: await this.#collect(claim, ending, tracked) });
    const hasAll = tracked.kept >= tracked.rows;
    return !hasAll && this.#mayGoOn(ending) && (await this.#hasRowsToSend());
  }

  async settle(final: boolean): Promise<SettledPart> {
    const { run, accepted, plan, part, budget } = this.#at;
    this.#enter('settling');
    const does = final ? `Settle ${count(part.rows)} rows, write results and errors` : 'Find the rows to send again';
    const settled = await step(
      run,
      'vertexBatchSettlePart',
      {
        run: accepted.run,
        planUri: plan.uri,
        part: this.#number,
        rounds: this.#rounds,
        handler: this.#collector.handler,
        model: accepted.request.model,
        final,
        ...rangeShareOf(this.#at),
      },
      { summary: summaryOf(this.#at, does) },
    );
    budget.settle(this.#number, settled.cost?.microsUsd ?? null, settled.books);
    return settled;
  }

  /** The job of a round; `undefined` when another one may not be created and none stands. */
  async #submit(round: number): Promise<Submitted | undefined> {
    const { run, accepted, desk, adopted, budget } = this.#at;
    if (adopted !== null && round === 1) {
      return { job: adopted.job, claim: { part: this.#number, round, attempt: 1 }, adopted: true };
    }
    await this.#noticeChange();
    const tooMuch = budget.refusalOf(this.#number, this.#rows);
    budget.begin(this.#number, this.#rows);
    const onlyStanding = this.#watch.changed.length > 0 || !this.#mayCreate() || tooMuch !== null;
    const input = await this.#input(round, onlyStanding);
    this.#enter('submitting');
    const submitted = await submit(run, accepted, desk, { part: this.#number, round, onlyStanding, ...input });
    if (submitted !== undefined) return submitted;
    if (tooMuch !== null) throw new RunStopped(tooMuch);
    if (!this.hasJobs) throw changedBeforeCreate(this.#watch.changed);
    return undefined;
  }

  /** What the job reads: the input as it lies, or a staged object. Nothing is staged for a job that may only be found. */
  async #input(round: number, onlyStanding: boolean): Promise<{ inputUris: readonly string[]; digest: string }> {
    const { run, accepted, plan, part } = this.#at;
    if (this.#readsAsItLies || onlyStanding) return { inputUris: part.uris, digest: plan.digest };
    this.#enter('staging');
    const staged = await run.interruptible(() =>
      step(
        run,
        'vertexBatchStagePart',
        { run: accepted.run, planUri: plan.uri, part: this.#number, round, rowsUri: this.#rowsUri },
        { summary: summaryOf(this.#at, `Stage ${count(this.#rows)} rows for round ${round}`) },
      ),
    );
    return { inputUris: staged.uris, digest: staged.digest };
  }

  /** Rounds that this execution may still pay for; what an earlier one created doesn't count. */
  #mayCreate(): boolean {
    return this.#created < this.#at.accepted.request.rounds + (this.#firstWasAdopted ? 0 : 1);
  }

  /** A job that was only found is this execution's own, too, when its claim was taken since the plan: the answer to the create was lost. */
  #isPaidHere({ round }: ClaimReference): boolean {
    if (this.#claimStands(round) || (this.#at.adopted !== null && round === 1)) return false;
    return patched('count-jobs-whose-create-was-not-answered');
  }

  /** The service reads its input about now, and a create that it doubled shows by now. */
  async #onRunning(claim: ClaimReference): Promise<void> {
    await Promise.all([this.#noticeChange(), this.#watch.noticeDouble(claim)]);
  }

  async #onEnd(claim: ClaimReference, ending: JobEnding): Promise<void> {
    const { paused } = this.#at.accepted.request;
    if (ending.gaveUp !== null) this.reasons.push(ending.gaveUp);
    const reason = ending.kind === 'ended' ? endReasonOf(ending.job) : strayReason(ending);
    // how a job ended that was given up says nothing new, unless it is left behind
    if (reason !== null && (ending.gaveUp === null || ending.kind !== 'ended')) this.reasons.push(reason);
    if (ending.gaveUp?.type === 'JobPaused' && paused.policy === 'fail') this.mustFail = true;
    if (ending.kind !== 'ended') return;
    await Promise.all([this.#noticeChange(), this.#watch.noticeDouble(claim)]);
  }

  async #noticeChange(): Promise<void> {
    if (this.#readsAsItLies) await this.#watch.noticeChange();
  }

  async #collect(claim: ClaimReference, { job }: JobEnding, tracked: TrackedJob): Promise<string | null> {
    if (!this.#salvages) return null;
    this.#enter('collecting');
    const collected = await this.#collector.collect(claim, job, (reason) => this.reasons.push(reason));
    tracked.kept = collected.kept;
    return collected.outputsUri;
  }

  #mayGoOn(ending: JobEnding): boolean {
    const { run, plan } = this.#at;
    if (run.stop !== undefined || this.#watch.changed.length > 0) return false;
    if (ending.kind !== 'ended' || ending.gaveUp !== null) return false;
    if (this.#claimStands(this.#rounds.length + 1)) return true;
    return this.#mayCreate() && isWorthAnotherRound(ending.job, plan.adopted && this.#created === 0);
  }

  async #hasRowsToSend(): Promise<boolean> {
    const settled = await this.settle(false);
    this.#rowsUri = settled.retryRowsUri;
    this.#rows = settled.retryable;
    if (settled.retryable === 0) return false;
    const tooMuch = this.#at.budget.refusalOf(this.#number, this.#rows);
    if (tooMuch === null || this.#claimStands(this.#rounds.length + 1)) return true;
    this.reasons.push(tooMuch);
    return false;
  }

  #claimStands(round: number): boolean {
    return this.#at.plan.claimed.some((claim) => claim.part === this.#number && claim.round === round);
  }

  #enter(phase: BatchPhase): boolean {
    return this.#at.run.enterPart(this.#number, phase);
  }

  get #readsAsItLies(): boolean {
    return this.#at.part.asItLies && this.#rowsUri === null;
  }

  get #salvages(): boolean {
    return this.#at.run.stop?.salvage !== false;
  }
}

function changedBeforeCreate(changed: readonly string[]): RunStopped {
  const message = `the input changed since it was validated: ${changed.join(', ')}. Nothing was sent.`;
  return new RunStopped({ type: 'InputChanged', message });
}

function strayReason(ending: JobEnding): BatchReason {
  return ending.kind === 'vanished'
    ? { type: 'JobVanished', message: `the service has no job ${ending.job.name} any more` }
    : { type: 'CancelUnconfirmed', message: `job ${ending.job.name} was left ${ending.job.state}; it may still bill` };
}
