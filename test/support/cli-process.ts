import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from './wait-for';

const ROOT = join(__dirname, '..', '..');

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the command line, or of a script, as people start it. */
export class CliProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #closed: Promise<number | null>;

  /** @param script A TypeScript file of the project. */
  constructor(script: string, words: readonly string[], environment: Readonly<Record<string, string>>, stdin = '') {
    this.child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, script), ...words], {
      cwd: ROOT,
      env: { ...inherited(), NO_COLOR: '1', ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.end(stdin);
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#closed = new Promise((resolve) => this.child.once('close', resolve));
  }

  async ended(): Promise<Ended> {
    const exitCode = await this.#closed;
    return { exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Waits until it has written such text to stdout or stderr. */
  async says(text: string | RegExp, timeoutMs = 45_000): Promise<void> {
    const isSaid = () => {
      if (this.child.exitCode !== null && !this.#has(text))
        throw new Error(`it ended first:\n${this.stdout}${this.stderr}`);
      return this.#has(text);
    };
    await waitFor(isSaid, { what: String(text), timeoutMs, intervalMs: 50 }).catch((error: Error) => {
      throw new Error(`${error.message}; it said:\n${this.stdout}${this.stderr}`, { cause: error });
    });
  }

  interrupt(signal: NodeJS.Signals = 'SIGINT'): void {
    this.child.kill(signal);
  }

  /** JSON values on stdout, one a line. */
  lines(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  #has(text: string | RegExp): boolean {
    const said = this.stdout + this.stderr;
    return typeof text === 'string' ? said.includes(text) : text.test(said);
  }
}

/** What a process needs to run and to find Temporal's server; nothing that would configure it. */
function inherited(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'XDG_CACHE_HOME', 'TEMPORAL_CLI_PATH', 'TMPDIR'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** The command line with this environment. */
export function vertexBatch(environment: Readonly<Record<string, string>>) {
  return (words: readonly string[], stdin?: string) => new CliProcess('src/cli/main.ts', words, environment, stdin);
}
