import type { PlannedParts, SettledPart } from '../activities/contract';
import { validationCounts } from '../domain/validation-counts';
import { addBooks, NO_BOOKS, totalOf, verdictOf } from '../domain/outcome';
import { addCounts, addUsage, addUsageByModel, NO_USAGE } from '../domain/usage';
import { costOfRun, costSoFar } from '../domain/run-cost';
import { queuedSeconds, runningSeconds } from '../domain/job-times';
import type { BatchReason, BatchResult, RowBooks } from '../messages';
import type { PartEnd } from './run-part';
import type { RunState } from './run-state';

/** A result names so many jobs, and counts them all. */
const MOST_JOBS = 100;

/** Adds a run up: from the plan's rows to the one small result. */
export class RunBooks {
  readonly #run: RunState;
  readonly #settled: SettledPart[] = [];
  readonly #reasons: BatchReason[] = [];
  #planned: PlannedParts | undefined;
  #ends: readonly PartEnd[] = [];

  constructor(run: RunState) {
    this.#run = run;
  }

  /** Something of the run lies in its directory. */
  get isOpen(): boolean {
    return this.#planned !== undefined;
  }

  get planUri(): string | null {
    return this.#planned?.plan?.uri ?? null;
  }

  get settledUris(): readonly string[] {
    return this.#settled.flatMap((part) => (part.settledUri === null ? [] : [part.settledUri]));
  }

  open(planned: PlannedParts): void {
    this.#planned = planned;
    this.#run.cost = costSoFar(this.#costs);
  }

  stopBy(reason: BatchReason): void {
    this.#reasons.push(reason);
  }

  settle(part: SettledPart): void {
    this.#settled.push(part);
    this.#run.books = this.#books;
    this.#run.cost = costSoFar(this.#costs);
  }

  enterParts(ends: readonly PartEnd[]): void {
    this.#ends = ends;
  }

  /** The result as of now; rows that no part has settled are missing. */
  result(manifest: string | null): BatchResult {
    const input = this.#planned?.rows ?? 0;
    const settled = this.#books;
    const books = { ...settled, missing: settled.missing + (input - totalOf(settled)) };
    const { outcome, reason } = this.#verdict(input, books);
    const { jobs } = this.#run;
    const directory = this.#run.accepted?.run.directory ?? '';
    return {
      outcome,
      reason,
      rows: { input, ...books },
      handler: { processed: this.#run.processed, rejected: this.#run.rejected },
      usage: this.#settled.map((part) => part.usage).reduce(addUsage, NO_USAGE),
      usageByModel: this.#settled.map(({ usageByModel = {} }) => usageByModel).reduce(addUsageByModel, {}),
      finishReasons: this.#settled.map(({ finishReasons = {} }) => finishReasons).reduce(addCounts, {}),
      cost: costOfRun({ ...this.#costs, isUnsent: jobs.length === 0 }),
      startTime: new Date(this.#run.startedAt).toISOString(),
      endTime: new Date().toISOString(),
      queuedSeconds: queuedSeconds(jobs),
      runningSeconds: runningSeconds(jobs),
      validation: this.#planned === undefined ? { errors: 0, warnings: 0 } : validationCounts(this.#planned),
      jobs: jobs.slice(0, MOST_JOBS).map(({ name, state, part, round, outputDirectory, error }) => ({
        name,
        state,
        part,
        round,
        outputDirectory,
        error,
      })),
      jobCount: jobs.length,
      directory,
      results: {
        uri: directory === '' ? '' : `${directory}results/`,
        files: sum(this.#settled.map((part) => part.results.files)),
        rows: sum(this.#settled.map((part) => part.results.rows)),
        bytes: sum(this.#settled.map((part) => part.results.bytes)),
      },
      deadLetters: this.#ofOnePart(({ deadLettersUri }) => deadLettersUri),
      errors: this.#ofOnePart(({ errorsUri }) => errorsUri),
      rejected: null,
      validationReport: this.#planned?.validationUri ?? null,
      manifest,
    };
  }

  /** What several parts wrote becomes one file when the run is finished. */
  #ofOnePart(uriOf: (part: SettledPart) => string | null): string | null {
    const [first] = this.#settled;
    return first === undefined || this.#run.parts.count > 1 ? null : uriOf(first);
  }

  get #costs() {
    return {
      parts: this.#settled.map(({ cost = null }) => cost),
      estimate: this.#planned?.estimate ?? null,
    };
  }

  get #books(): RowBooks {
    return this.#settled.map((part) => part.books).reduce(addBooks, NO_BOOKS);
  }

  #verdict(input: number, books: RowBooks) {
    const { accepted, stop, processed, rejected } = this.#run;
    const handled = processed + rejected;
    const reasons = [
      ...(stop === undefined ? [] : [stop.reason]),
      ...this.#ends.flatMap((end) => end.reasons),
      ...this.#reasons,
    ];
    return verdictOf({
      input,
      books,
      isEmpty: this.#planned?.isEmpty === true,
      unprocessed: accepted?.handler == null ? 0 : Math.max(0, books.answered - handled),
      minAnsweredShare: accepted?.request?.minAnsweredShare ?? null,
      cancelled: stop?.kind === 'cancel',
      reasons,
      mustFail: this.#ends.some((end) => end.mustFail),
      imbalances: this.#settled.flatMap((part) => part.imbalances),
      rowReasons: this.#settled.flatMap((part) => part.reasons),
    });
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
