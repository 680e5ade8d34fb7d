import type { RunStatus } from '../client';
import { costTextOf } from '../domain/cost-text';
import { isTerminal } from '../domain/job-state';
import type { Output } from './output';
import { endedJobLine, pastLine, progressLine, waitedJob, type Look } from './text/progress-line';
import { attentionLines } from './text/status-text';

/** A line for each state that the run went through; where the terminal can redraw it, the last one tells the time. */
export class RunView {
  readonly #output: Output;
  #stage = '';
  #last: RunStatus | undefined;
  #attention = '';
  #cost: string | undefined;
  readonly #jobs = new Set<string>();

  constructor(output: Output) {
    this.#output = output;
  }

  show(status: RunStatus): void {
    const { live } = this.#output;
    const stage = stageOf(status, live.isVisible);
    const isNew = stage !== this.#stage;
    if (isNew) live.hide();
    if (isNew && live.isVisible) this.#leaveBehind();
    this.#stage = stage;
    this.#last = status;
    this.#announceJobs(status);
    this.#announceAttention(status);
    this.#announceCost(status);
    if (status.execution !== 'RUNNING') return;
    if (live.isVisible) live.show((columns) => this.#line(status, columns));
    else if (isNew && !isInBetween(status)) this.#output.print(this.#line(status, this.#output.columns));
  }

  /** A stage that was over within a second needs no line. */
  #leaveBehind(): void {
    const last = this.#last;
    const now = Date.now();
    if (last === undefined || isInBetween(last) || now - Date.parse(waitedJob(last)?.since ?? last.since) < 1_000)
      return;
    this.#output.print(pastLine(last, { now }));
  }

  #line(status: RunStatus, columns: number): string {
    return progressLine(status, this.#look(columns));
  }

  #look(columns: number): Look {
    return { now: Date.now(), columns, colors: this.#output.colors };
  }

  #announceJobs(status: RunStatus): void {
    const { jobs, jobCount } = status;
    for (const [index, job] of jobs.entries()) {
      const end = isTerminal(job.state) ? `${job.name} ${job.state}` : undefined;
      if (!this.#jobs.has(job.name)) {
        this.#jobs.add(job.name);
        const round = job.round > 1 ? `   round ${job.round}` : '';
        this.#output.print(
          `${this.#output.colors.dim(`job ${jobCount - jobs.length + index + 1}`.padEnd(11))} ${job.name}${round}`,
        );
      }
      if (end === undefined || this.#jobs.has(end)) continue;
      this.#jobs.add(end);
      this.#output.print(endedJobLine(job, status, this.#look(this.#output.columns)));
    }
  }

  /** What the worker expects, and what each of several parts added; the result has the rest. */
  #announceCost(status: RunStatus): void {
    const cost = costTextOf(status);
    if (status.execution !== 'RUNNING' || cost === undefined || cost === this.#cost) return;
    this.#cost = cost;
    this.#output.print(`  ${cost}`);
  }

  #announceAttention(status: RunStatus): void {
    const { attention } = status;
    const shown = attention === null ? '' : `${attention.type} ${attention.since}`;
    if (attention !== null && shown !== this.#attention) {
      this.#output.print(
        attentionLines(attention, status, { colors: this.#output.colors, now: Date.now() }).join('\n'),
      );
    }
    this.#attention = shown;
  }
}

/** The job has ended, and the run is about to learn it. */
function isInBetween(status: RunStatus): boolean {
  return status.phase === 'waiting' && waitedJob(status) === undefined;
}

/** What deserves a line of its own: a phase or state; where lines can't be redrawn, also each quarter of the rows. */
function stageOf(status: RunStatus, isLive: boolean): string {
  const quarter = isLive ? 0 : Math.floor((status.percent ?? 0) / 25);
  return `${status.phase} ${waitedJob(status)?.state ?? ''} ${quarter}`;
}
