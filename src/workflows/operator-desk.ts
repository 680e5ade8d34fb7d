import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { DecidedClaim } from '../activities/contract';
import type { AdoptJobInput, ResubmitInput } from '../messages';

type OperatorWord = { readonly kind: 'adopt'; readonly name: string } | { readonly kind: 'resubmit' };

/** A claim that waits for somebody who knows. */
export interface OpenClaim {
  readonly key: string;
  readonly word: OperatorWord | undefined;
  /** The look is over: submitting again is the operator's to decide. */
  mayResubmit: boolean;
  answer(decided: DecidedClaim): void;
  close(): void;
}

const JOB_NAME = /^projects\/[^/]+\/locations\/[^/]+\/batchPredictionJobs\/[^/]+$/;

/** Where operators' words about open claims arrive; each is checked before it is accepted, and answered when it was carried out. */
export class OperatorDesk {
  readonly #open = new Map<string, DeskClaim>();

  open(key: string): OpenClaim {
    const claim = new DeskClaim(key, () => this.#open.delete(key));
    this.#open.set(key, claim);
    return claim;
  }

  /** Throws when the word can't be accepted; the caller learns why, and history keeps nothing. */
  checkAdopt(input: AdoptJobInput): void {
    if (typeof input?.name !== 'string' || !JOB_NAME.test(input.name)) {
      throw refusal(`name must be projects/P/locations/L/batchPredictionJobs/ID, got ${JSON.stringify(input?.name)}`);
    }
    this.#find(input.claim);
  }

  checkResubmit(input: ResubmitInput | undefined): void {
    const claim = this.#find(input?.claim);
    if (!claim.mayResubmit)
      throw refusal(`claim ${claim.key} is still being looked for; a job that was accepted would be paid twice`);
  }

  async adopt(input: AdoptJobInput): Promise<{ name: string }> {
    const decided = await this.#find(input.claim).say({ kind: 'adopt', name: input.name });
    if (decided?.kind === 'adopted') return { name: decided.job.name };
    if (decided?.kind === 'no-such-job') throw refusal(decided.message);
    throw refusal('the claim was decided otherwise meanwhile');
  }

  async resubmit(input: ResubmitInput | undefined): Promise<void> {
    const decided = await this.#find(input?.claim).say({ kind: 'resubmit' });
    if (decided?.kind !== 'abandoned') throw refusal('the claim was decided otherwise meanwhile');
  }

  #find(key: string | undefined): DeskClaim {
    const open = [...this.#open.values()];
    if (key === undefined) {
      if (open.length === 1 && open[0] !== undefined) return open[0];
      throw refusal(
        open.length === 0
          ? 'no claim is open'
          : `${open.length} claims are open, name one: ${open.map((claim) => claim.key).join(', ')}`,
      );
    }
    const found = this.#open.get(key);
    if (found === undefined)
      throw refusal(`claim ${key} is not open; open: ${open.map((claim) => claim.key).join(', ') || 'none'}`);
    return found;
  }
}

class DeskClaim implements OpenClaim {
  readonly key: string;
  word: OperatorWord | undefined;
  mayResubmit = false;
  readonly #onClose: () => void;
  #decided: DecidedClaim | undefined;
  #closed = false;

  constructor(key: string, onClose: () => void) {
    this.key = key;
    this.#onClose = onClose;
  }

  async say(word: OperatorWord): Promise<DecidedClaim | undefined> {
    if (this.word !== undefined) throw refusal(`claim ${this.key} is being decided already`);
    this.word = word;
    this.#decided = undefined;
    await condition(() => this.#decided !== undefined || this.#closed);
    return this.#decided;
  }

  answer(decided: DecidedClaim): void {
    this.#decided = decided;
    this.word = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#onClose();
  }
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'UpdateRefused');
}
