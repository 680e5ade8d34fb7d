import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { CANCEL_BATCH } from '../../src/messages';
import type { Incident } from './storm-plan';

type Cancel = Extract<Incident, { kind: 'cancel' }>;

const BETWEEN_TRIES_MS = 200;
const ONE_TRY_MS = 10_000;
const PATIENCE_MS = 60_000;

/** Sends the cancels of a storm, each until it has arrived, and keeps which did. */
export class CancelledRuns {
  readonly #client: Client;
  readonly #arrived = new Map<string, Cancel[]>();
  readonly #underWay: Promise<void>[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  cancel(cancel: Cancel): void {
    // it may take effect long before its sender hears of it
    this.#arrived.set(cancel.run, [...(this.#arrived.get(cancel.run) ?? []), cancel]);
    this.#underWay.push(this.#send(cancel));
  }

  /** What was sent to a run; `undefined` for nothing. */
  of(workflowId: string): readonly Cancel[] | undefined {
    return this.#arrived.get(workflowId);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #send(cancel: Cancel): Promise<void> {
    const givesUpAt = performance.now() + PATIENCE_MS;
    while (performance.now() < givesUpAt) {
      const isDone = await Promise.race([this.#sent(cancel), delay(ONE_TRY_MS, false)]);
      if (isDone) return;
      await delay(BETWEEN_TRIES_MS);
    }
  }

  /** Whether there is nothing more to send. */
  async #sent({ run, by, salvage }: Cancel): Promise<boolean> {
    const handle = this.#client.workflow.getHandle(run);
    const input = { reason: 'a storm', salvage };
    try {
      if (by === 'signal') await handle.signal(CANCEL_BATCH, input);
      else if (by === 'update') await handle.executeUpdate(CANCEL_BATCH, { args: [input] });
      else await handle.cancel();
      return true;
    } catch (error) {
      return error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError;
    }
  }
}
