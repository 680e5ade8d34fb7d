import type { ClaimReference } from '../activities/contract';
import type { BatchReason } from '../messages';
import { summaryOf, type PartOfRun } from './part-of-run';
import { step } from './steps';

/** Notices what happens to a part behind the run's back. */
export class PartWatch {
  readonly #part: PartOfRun;
  readonly #onChange: (reason: BatchReason) => void;
  /** Sources that differ from the plan. */
  changed: readonly string[] = [];

  constructor(part: PartOfRun, onChange: (reason: BatchReason) => void) {
    this.#part = part;
    this.#onChange = onChange;
    this.#noteChanged(part.plan.changed);
  }

  /** The service reads the input without its generations, so a change can only be noticed; a staged copy prevents it. */
  async noticeChange(): Promise<void> {
    if (this.changed.length > 0) return;
    const { run, accepted, plan } = this.#part;
    const { changed } = await step(
      run,
      'vertexBatchCheckInput',
      { run: accepted.run, planUri: plan.uri },
      { summary: summaryOf(this.#part, 'Compare the input with the plan') },
    );
    this.#noteChanged(changed);
  }

  /** Should the service ever double a create, the job in history is kept and the other one cancelled. */
  async noticeDouble(claim: ClaimReference): Promise<void> {
    const { run, accepted, adopted } = this.#part;
    if (adopted !== null && claim.round === 1) return;
    const { project, location } = accepted.request;
    const { jobs } = await step(
      run,
      'vertexBatchLookForJob',
      { run: accepted.run, project, location, claim, onlyLook: true },
      { summary: summaryOf(this.#part, 'Look whether the service doubled the create') },
    );
    const own = run.jobs.findLast(({ part }) => part === claim.part)?.name;
    for (const double of jobs.filter((job) => job.name !== own)) {
      await step(
        run,
        'vertexBatchCancelJob',
        { job: double.name },
        { summary: `Cancel double ${double.name}`.slice(0, 190) },
      );
    }
  }

  #noteChanged(changed: readonly string[]): void {
    if (changed.length === 0) return;
    this.changed = changed;
    const since = this.#part.adopted === null ? 'it was validated' : 'the adopted job began to read it';
    this.#onChange({ type: 'InputChanged', message: `the input changed after ${since}: ${changed.join(', ')}` });
  }
}
