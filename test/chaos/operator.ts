import { setTimeout as delay } from 'node:timers/promises';
import type { VertexBatchRun } from '../../src/client';
import { CLAIM_LABEL } from '../../src/domain/claim-key';
import type { ChaosWorld } from './chaos-world';

const BETWEEN_LOOKS_MS = 500;
const PATIENCE_MS = 5_000;

/** How an operator answered the runs that asked for one. */
export interface Answers {
  adopted: number;
  resubmitted: number;
}

/**
 * Does what docs/operating.md tells a person to do with `SubmissionUnknown`: asks the service whether the claim has a job, adopts
 * it if so, else has the run submit again. Answers again as long as the run asks, since a killed server may forget an update.
 */
export async function answerWhileOpen(
  world: ChaosWorld,
  run: VertexBatchRun,
  answers: Answers,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await delay(BETWEEN_LOOKS_MS);
    const claim = await openClaim(run).catch(() => undefined);
    if (claim === undefined) continue;
    const job = world.google.emulator.jobs().find(({ labels }) => labels[CLAIM_LABEL] === claim);
    const answer = job === undefined ? run.resubmit({ claim }) : run.adoptJob({ claim, name: job.name });
    const isTaken = await Promise.race([answer.then(asTrue, asFalse), delay(PATIENCE_MS, false)]);
    if (isTaken) answers[job === undefined ? 'resubmitted' : 'adopted'] += 1;
  }
}

async function openClaim(run: VertexBatchRun): Promise<string | undefined> {
  const { attention } = await run.status();
  return attention?.type === 'SubmissionUnknown' ? (attention.claim ?? undefined) : undefined;
}

const asTrue = () => true;
const asFalse = () => false;
