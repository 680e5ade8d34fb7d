import { SingleBar } from 'cli-progress';
import type { OutputStream } from './output';

/** Text that is made anew for each look, so that it can tell the time. */
export type LiveText = (columns: number) => string;

/** The last line of a terminal, redrawn in place. Anywhere else it shows nothing. */
export class LiveLine {
  readonly #stream: OutputStream | undefined;
  #bar: SingleBar | undefined;
  #text: LiveText = () => '';

  constructor(stream: OutputStream | undefined) {
    this.#stream = stream?.isTTY === true ? stream : undefined;
  }

  /** Whether anybody sees it. */
  get isVisible(): boolean {
    return this.#stream !== undefined;
  }

  show(text: LiveText): void {
    this.#text = text;
    if (this.#bar === undefined) this.#begin();
    else this.#bar.update({});
  }

  /** Takes the line away. */
  hide(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** Leaves the line behind as it is now. */
  keep(): void {
    const stream = this.#stream;
    if (this.#bar === undefined || stream === undefined) return;
    this.hide();
    stream.write(`${this.#text((stream.columns ?? 80) - 1)}\n`);
  }

  /** Writes ordinary lines; the live one comes back below them. */
  above(write: () => void): void {
    const wasShown = this.#bar !== undefined;
    this.hide();
    write();
    if (wasShown) this.#begin();
  }

  #begin(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#bar = new SingleBar({
      format: () => this.#text((stream.columns ?? 80) - 1),
      stream: stream as NodeJS.WritableStream,
      clearOnComplete: true,
      hideCursor: true,
      fps: 4,
      gracefulExit: false,
    });
    this.#bar.start(1, 0);
  }
}
