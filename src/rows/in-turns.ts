import { setImmediate as otherWork } from 'node:timers/promises';

/** What a thread takes in before it turns to whatever else waits: a few milliseconds of work. */
const BLOCK_BYTES = 256 * 1024;

/** The same bytes in blocks; other work has a turn after each of them. */
export async function* inTurns(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += BLOCK_BYTES) {
      yield chunk.subarray(start, start + BLOCK_BYTES);
      await otherWork();
    }
  }
}

/** What one of several ranges does at a time, beside the longest single thing it does. */
const TURN_MS = 5;

/** Says when whatever else waits should have a turn. */
export class Turns {
  #begun = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#begun > TURN_MS;
  }

  async toOthers(): Promise<void> {
    await otherWork();
    this.#begun = performance.now();
  }
}
