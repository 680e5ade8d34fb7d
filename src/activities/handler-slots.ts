import type { Handler } from '../define-handler';

/** Lets so many in at a time, in the order they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

const slotsByHandler = new WeakMap<Handler, Slots>();

/** A handler's concurrency is a worker's: all ranges that it processes share the slots. */
export function slotsOf(handler: Handler): Slots {
  const slots = slotsByHandler.get(handler) ?? new Slots(handler.concurrency);
  slotsByHandler.set(handler, slots);
  return slots;
}
