import type { Colors } from './colors';
import { LiveLine } from './live-line';

/** A stream of the process, as far as output needs it. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly colors: Colors;
  /** Programs read stdout: people are told nothing there. */
  readonly json: boolean;
}

/** What a command says: results on stdout, remarks on stderr, and at most one line that changes in place. */
export class Output {
  readonly colors: Colors;
  readonly isJson: boolean;
  readonly live: LiveLine;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;

  constructor({ stdout, stderr, colors, json }: OutputOptions) {
    this.colors = colors;
    this.isJson = json;
    this.live = new LiveLine(json ? undefined : stdout);
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** Characters in a line of the terminal; what isn't one has room. */
  get columns(): number {
    return this.#stdout.columns ?? 120;
  }

  /** A line, or several, for people. */
  print(text: string): void {
    if (!this.isJson) this.live.above(() => this.#stdout.write(`${text}\n`));
  }

  /** One value on one line, for programs. */
  json(value: unknown): void {
    if (this.isJson) this.#stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** A remark: never part of the result. */
  note(text: string): void {
    this.live.above(() => this.#stderr.write(`${text}\n`));
  }
}
