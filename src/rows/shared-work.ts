/** Work that several activities of a worker wait for: it is done once, and given up when the last of them is gone. */
export class SharedWork<Value> {
  readonly #abort = new AbortController();
  readonly #value: Promise<Value>;
  #waiting = 0;
  #failed = false;

  constructor(work: (signal: AbortSignal) => Promise<Value>) {
    this.#value = work(this.#abort.signal);
    this.#value.catch(() => {
      this.#failed = true;
    });
  }

  /** It was given up or failed: whoever comes now begins anew. */
  get isLost(): boolean {
    return this.#failed || this.#abort.signal.aborted;
  }

  /** Its value; rejects at once when `signal` aborts, whether or not others go on waiting. */
  async wait(signal: AbortSignal | undefined): Promise<Value> {
    this.#waiting += 1;
    let isDone = false;
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal?.reason as Error);
    });
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted === true) leave();
    try {
      const value = await Promise.race([this.#value, left]);
      isDone = true;
      return value;
    } finally {
      signal?.removeEventListener('abort', leave);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !isDone) this.#abort.abort();
    }
  }
}
