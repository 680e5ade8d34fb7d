import { CancellationScope, condition, setCurrentDetails, sleep, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { AcceptedRun } from '../activities/contract';
import { NO_BOOKS } from '../domain/outcome';
import { measureAttention } from './metrics';
import { detailsText } from '../domain/run-details';
import { phaseOfParts } from '../domain/part-phase';
import { progressOf, memoOf, type TrackedJob } from '../domain/run-progress';
import { searchAttributesOf } from '../domain/search-attributes';
import {
  PROGRESS_MEMO,
  type Attention,
  type BatchPhase,
  type BatchProgress,
  type BatchReason,
  type BatchResult,
  type RowBooks,
  type ValidationCounts,
} from '../messages';
import { Searchable } from './searchable';

/** Why a run stops before its work is done; what was finished is still collected unless `salvage` is false. */
export interface Stop {
  readonly kind: 'cancel' | 'deadline';
  readonly reason: BatchReason;
  readonly salvage: boolean;
  readonly at: number;
}

/** What is known once a request is accepted; a pass of a handler over finished results has no request for a job. */
export type KnownRun = Pick<AcceptedRun, 'run' | 'timing' | 'handler'> &
  Partial<Pick<AcceptedRun, 'request' | 'fingerprint' | 'searchAttributes'>>;

/** All that a run knows of itself; answers the query, the memo and the details in the UI. */
export class RunState {
  readonly startedAt = Date.now();
  readonly jobs: TrackedJob[] = [];
  accepted: KnownRun | undefined;
  phase: BatchPhase = 'resolving';
  since = this.startedAt;
  inputRows: number | null = null;
  books: RowBooks | null = null;
  validation: ValidationCounts | null = null;
  processed = 0;
  rejected = 0;
  cost: BatchProgress['cost'];
  checkedAt: string | null = null;
  deadline: number | null = null;
  /** `deadlines.run` is over, whether or not it was what stopped the run. */
  pastDeadline = false;
  closed: BatchProgress['closed'];
  /** The first stop wins. */
  stop: Stop | undefined;
  /** Counts requests to look now; each wait answers those it has not seen. */
  looksAsked = 0;
  /** Parts of the plan, and those of them that have not begun. */
  parts = { count: 1, toCome: 0 };
  readonly #partPhases = new Map<number, BatchPhase>();
  /** Parts whose create was refused before the run had any job. */
  readonly #refused = new Set<number>();
  readonly #attentions = new Map<string, Attention>();
  readonly #interruptible = new Set<CancellationScope>();
  readonly #searchable = new Searchable();

  /** Whether the run was in another phase, and shows this one now. */
  enter(phase: BatchPhase): boolean {
    if (this.phase === phase) return false;
    this.phase = phase;
    this.since = Date.now();
    this.publish();
    return true;
  }

  /** A part is in another phase; of parts in different ones, the run is in the one that says most. */
  enterPart(part: number, phase: BatchPhase): boolean {
    this.#partPhases.set(part, phase);
    return this.enter(phaseOfParts([...this.#partPhases.values()]));
  }

  /** Nothing more happens to a part. */
  leavePart(part: number): void {
    this.#partPhases.delete(part);
  }

  /** A job may appear at any moment. */
  get isSubmitting(): boolean {
    return [...this.#partPhases.values()].includes('submitting');
  }

  /**
   * Whether the run has a job to pay for, asked by a part whose create was refused; resolves once no other part may be about to get
   * one, or the run stops.
   */
  async isPaid(part: number): Promise<boolean> {
    this.#refused.add(part);
    const mayGetOne = ([other, phase]: [number, BatchPhase]) =>
      (phase === 'staging' || phase === 'submitting') && !this.#refused.has(other);
    await condition(() => this.jobs.length > 0 || this.stop !== undefined || ![...this.#partPhases].some(mayGetOne));
    if (this.jobs.length > 0) this.#refused.delete(part);
    return this.jobs.length > 0;
  }

  /** Stops the run: interrupts what may be interrupted, and lets every wait look. */
  stopWith(stop: Omit<Stop, 'at'>): void {
    if (this.stop !== undefined) return;
    this.stop = { ...stop, at: Date.now() };
    for (const scope of this.#interruptible) scope.cancel();
  }

  /** Runs steps that a stop cuts short; nothing that must be finished belongs in here. */
  async interruptible<Value>(steps: () => Promise<Value>): Promise<Value> {
    const scope = new CancellationScope({ cancellable: true, parent: CancellationScope.current() });
    this.#interruptible.add(scope);
    try {
      if (this.stop !== undefined) scope.cancel();
      return await scope.run(steps);
    } finally {
      this.#interruptible.delete(scope);
    }
  }

  /** Resolves after `ms`, or earlier when the run stops. */
  async pause(ms: number, summary: string): Promise<void> {
    await condition(() => this.stop !== undefined, Math.max(1, ms), { summary });
  }

  /** A timer of its own for the whole run, gone with the scope that `close` cancels. */
  startDeadline(ms: number, name = 'deadlines.run'): () => void {
    this.deadline = this.startedAt + ms;
    const scope = new CancellationScope({ cancellable: true, parent: CancellationScope.current() });
    const left = Math.max(1, this.deadline - Date.now());
    void scope
      .run(() => sleep(left, { summary: 'Deadline of the run' }))
      .then(
        () => {
          this.pastDeadline = true;
          const reason = { type: 'DeadlineExceeded', message: `${name} is over` } as const;
          this.stopWith({ kind: 'deadline', reason, salvage: true });
        },
        () => undefined,
      );
    return () => scope.cancel();
  }

  raise(key: string, attention: Omit<Attention, 'since'>): void {
    const standing = this.#attentions.get(key);
    if (standing?.type === attention.type && standing.message === attention.message) return;
    if (standing?.type !== attention.type) measureAttention(attention);
    this.#attentions.set(key, { ...attention, since: standing?.since ?? new Date().toISOString() });
    this.publish();
  }

  clear(key: string): void {
    if (this.#attentions.delete(key)) this.publish();
  }

  close(result: BatchResult): void {
    this.closed = { outcome: result.outcome, reason: result.reason, rows: result.rows, manifest: result.manifest };
    this.#attentions.clear();
    this.books = this.books ?? NO_BOOKS;
    this.cost = result.cost ?? this.cost;
    this.phase = 'closed';
    this.since = Date.now();
    this.publish();
  }

  progress(): BatchProgress {
    const attentions = [...this.#attentions.values()].toSorted((one, other) => one.since.localeCompare(other.since));
    return progressOf({
      workflowId: workflowInfo().workflowId,
      phase: this.phase,
      since: this.since,
      attentions,
      inputRows: this.inputRows,
      books: this.books,
      validation: this.validation,
      processed: this.processed,
      rejected: this.rejected,
      cost: this.cost,
      jobs: this.jobs,
      partsToCome: this.parts.toCome,
      now: Date.now(),
      checkedAt: this.checkedAt,
      deadline: this.deadline,
      closed: this.closed,
      request: this.accepted?.fingerprint,
    });
  }

  /** Shows the present state in the UI's details, in the memo and, where wished, in search attributes; one event each. */
  publish(): void {
    const progress = this.progress();
    setCurrentDetails(detailsText(progress, this.accepted?.run.directory ?? null));
    upsertMemo({ [PROGRESS_MEMO]: memoOf(progress) });
    const { searchAttributes = [], request } = this.accepted ?? {};
    this.#searchable.show(searchAttributes, searchAttributesOf(progress, request?.model));
  }
}
