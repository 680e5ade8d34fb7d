import { isCancellation } from '@temporalio/workflow';
import type { PlannedPart } from '../activities/contract';
import { canaryFailure } from '../domain/canary';
import type { BatchReasonType } from '../messages';
import type { Plan, PlannedRun } from './part-of-run';
import { processPart } from './process-part';
import type { RunBooks } from './run-books';
import { runPart, settleUnsent, type PartEnd } from './run-part';
import { RunStopped } from './run-stopped';
import { inParallel } from './steps';

/**
 * Takes all parts through their lives, `concurrentJobs` at a time. A part that can't be sent keeps others from beginning; those that
 * have begun go to their end, and what was never sent is accounted for as missing. The handler sees one part after the other.
 */
export async function runParts(planned: PlannedRun, books: RunBooks): Promise<void> {
  const { run, accepted, plan } = planned;
  const processing = new Processing(planned, books);
  run.parts = { count: plan.parts.length, toCome: plan.parts.length };
  let isRefused = false;
  const take = async (index: number): Promise<PartEnd> => {
    const part = partAt(plan, index);
    run.parts.toCome -= 1;
    if (isRefused && !isClaimed(plan, part)) return NEVER_BEGUN;
    const end = await untilItsEnd(() => runPart({ ...planned, part }));
    if (end.settled === null) run.leavePart(part.part);
    isRefused ||= end.settled === null && end.reasons.some(({ type }) => !OF_ONE_PART.includes(type));
    processing.add(part, end);
    return end;
  };
  const ahead: PartEnd[] = [];
  if (accepted.request.canary !== undefined && plan.parts.length > 1) {
    const end = judged(planned, await take(0));
    isRefused ||= end.mustFail || end.settled === null;
    ahead.push(end);
  }
  const left = plan.parts.length - ahead.length;
  const others = await inParallel(left, accepted.request.concurrentJobs, (index) => take(ahead.length + index));
  books.enterParts([...ahead, ...others]);
  await settleOthers(planned, books);
  await processing.end();
}

const NEVER_BEGUN: PartEnd = { settled: null, reasons: [], mustFail: false };
/** What stops one part says nothing about others, where it is one of these. */
const OF_ONE_PART: readonly BatchReasonType[] = ['JobVanished', 'WorkflowIdTaken', 'BooksUnbalanced'];

/** The end of a part that was sent ahead, which says whether the others may be sent. What a stop cut short isn't judged. */
function judged({ run, accepted, plan }: PlannedRun, end: PartEnd): PartEnd {
  if (run.stop !== undefined || end.settled === null) return end;
  const [{ rows: sent } = partAt(plan, 0), ...others] = plan.parts;
  const failure = canaryFailure({
    sent,
    answered: end.settled.books.answered,
    others: others.reduce((sum, { rows }) => sum + rows, 0),
    minAnsweredShare: accepted.request.minAnsweredShare,
  });
  return failure === null ? end : { ...end, reasons: [failure, ...end.reasons], mustFail: true };
}

async function untilItsEnd(life: () => Promise<PartEnd>): Promise<PartEnd> {
  try {
    return await life();
  } catch (error) {
    if (error instanceof RunStopped) return { ...NEVER_BEGUN, reasons: [error.reason] };
    if (isCancellation(error)) return NEVER_BEGUN;
    throw error;
  }
}

/** Where some parts have jobs, the rows of the others get their lines, too. */
async function settleOthers(planned: PlannedRun, books: RunBooks): Promise<void> {
  const { run, accepted, plan } = planned;
  const unsent = plan.parts.filter(({ part }) => !run.jobs.some((job) => job.part === part));
  if (unsent.length === plan.parts.length || run.stop?.salvage === false) return;
  await inParallel(unsent.length, accepted.request.concurrentJobs, async (index) => {
    const part = unsent[index];
    if (part === undefined) throw new RangeError(`no unsent part ${index}`);
    books.settle(await settleUnsent({ ...planned, part }));
    run.leavePart(part.part);
  });
}

function partAt(plan: Plan, index: number): PlannedPart {
  const part = plan.parts[index];
  if (part === undefined) throw new RangeError(`no part ${index}`);
  return part;
}

/** An earlier execution may have left a job that runs and bills. */
function isClaimed(plan: Plan, { part }: PlannedPart): boolean {
  return plan.claimed.some((claim) => claim.part === part);
}

/** Hands settled parts to the caller's handler, one after the other, beside the jobs of others. */
class Processing {
  readonly #planned: PlannedRun;
  readonly #books: RunBooks;
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(planned: PlannedRun, books: RunBooks) {
    this.#planned = planned;
    this.#books = books;
  }

  add(part: PlannedPart, { settled }: PartEnd): void {
    if (settled === null) return;
    this.#books.settle(settled);
    const before = this.#last;
    this.#last = (async () => {
      await before;
      try {
        await this.#process(part.part, settled);
      } catch (error) {
        if (error instanceof RunStopped) this.#books.stopBy(error.reason);
        else this.#failure ??= { error };
      }
    })();
  }

  async end(): Promise<void> {
    await this.#last;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** After a stop of the run nothing is processed any more. */
  async #process(part: number, settled: NonNullable<PartEnd['settled']>): Promise<void> {
    const { run, accepted } = this.#planned;
    if (run.stop === undefined) await processPart(run, accepted, part, settled);
    run.leavePart(part);
  }
}
