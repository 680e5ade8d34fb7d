import type { ClaimReference, FoundOutputs, HandlerReference, VertexJob } from '../activities/contract';
import { rangesAtATime } from '../domain/range-share';
import type { BatchReason } from '../messages';
import { HandlerQueue, QueueSilent } from './handler-queue';
import { rangeShareOf, summaryOf, type PartOfRun } from './part-of-run';
import { inParallel, step } from './steps';

/** What was kept of a job's output. */
export interface CollectedRound {
  readonly outputsUri: string;
  /** Answers. */
  readonly kept: number;
}

/** Collects the outputs of a part's jobs where the caller's handler is, whose schema takes part in the classing. */
export class RoundCollector {
  readonly #part: PartOfRun;
  readonly #queue: HandlerQueue;
  #queueIsSilent = false;

  constructor(part: PartOfRun) {
    this.#part = part;
    this.#queue = new HandlerQueue(part.run, part.accepted);
  }

  /** The handler whose schema the collected rows have passed. */
  get handler(): HandlerReference | null {
    const { handler } = this.#part.accepted;
    return handler === null || this.#queueIsSilent ? null : { name: handler.name, version: handler.version };
  }

  /** What nobody collects where the handler is, is collected here, and `onSilence` told: the answers are paid for. */
  async collect(
    claim: ClaimReference,
    job: VertexJob,
    onSilence: (reason: BatchReason) => void,
  ): Promise<CollectedRound> {
    try {
      return await this.#collectFor(claim, job);
    } catch (error) {
      if (!(error instanceof QueueSilent)) throw error;
    }
    this.#queueIsSilent = true;
    onSilence(silentReason(this.#part));
    return await this.#collectFor(claim, job);
  }

  async #collectFor(claim: ClaimReference, job: VertexJob): Promise<CollectedRound> {
    const { run, accepted, plan } = this.#part;
    const outputs = await step(
      run,
      'vertexBatchFindOutputs',
      {
        run: accepted.run,
        planUri: plan.uri,
        claim,
        job,
        handler: this.handler,
        listingLagMs: accepted.request.listingLagMs,
        ...rangeShareOf(this.#part),
        ...placeOfOutput(this.#part, job),
      },
      { summary: `Find the output of job ${job.name.split('/').at(-1)}` },
    );
    return { outputsUri: outputs.outputsUri, kept: await this.#collectRanges(claim, outputs) };
  }

  async #collectRanges(claim: ClaimReference, outputs: FoundOutputs): Promise<number> {
    const { run, accepted, plan } = this.#part;
    const partsAtWork = Math.min(plan.parts.length, accepted.request.concurrentJobs);
    const collected = await inParallel(outputs.ranges, rangesAtATime(partsAtWork), (range) => {
      const input = {
        run: accepted.run,
        planUri: plan.uri,
        outputsUri: outputs.outputsUri,
        part: claim.part,
        round: claim.round,
        range,
        handler: this.handler,
      };
      const options = { summary: summaryOf(this.#part, `Collect range ${range + 1} of ${outputs.ranges}`) };
      return this.handler === null
        ? step(run, 'vertexBatchCollectRange', input, options)
        : this.#queue.step('vertexBatchCollectRange', input, { ...options, givesUp: true });
    });
    return collected.reduce((sum, range) => sum + range.answered, 0);
  }
}

/** A job that somebody else created wrote where it was told; ours to files of its claim, or to a table. */
function placeOfOutput({ adopted, accepted }: PartOfRun, job: VertexJob) {
  const { outputTable } = accepted.request;
  if (adopted?.job.name === job.name) return { outputUri: adopted.outputUri };
  return outputTable === undefined ? {} : { outputTable };
}

function silentReason({ accepted: { handler } }: PartOfRun): BatchReason {
  const without = handler?.hasSchema === true ? `, without the schema of handler ${handler.name}` : '';
  const message = `no worker took anything from task queue ${handler?.taskQueue}: the answers were collected on the run's own${without}`;
  return { type: 'HandlerQueueSilent', message };
}
