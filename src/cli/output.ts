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
  /** Characters in a line where stdout is no terminal. @default 120 */
  readonly columns?: number;
}

const ROOMY_COLUMNS = 120;

/** What a command says: results on stdout, remarks on stderr, and at most one line that changes in place. */
export class Output {
  readonly colors: Colors;
  readonly isJson: boolean;
  readonly live: LiveLine;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #columns: number;

  constructor({ stdout, stderr, colors, json, columns = NaN }: OutputOptions) {
    this.colors = colors;
    this.isJson = json;
    this.live = new LiveLine(json ? undefined : stdout);
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#columns = columns >= 1 ? columns : ROOMY_COLUMNS;
  }

  /** Characters in a line of the terminal; what isn't one has room. */
  get columns(): number {
    return this.#stdout.columns ?? this.#columns;
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
