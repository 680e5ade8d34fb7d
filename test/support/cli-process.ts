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

  /**
   * @param script A TypeScript file of the project.
   * @param stdin All of it; null leaves it open.
   * @param through A program, with its first arguments, that runs what the others say.
   */
  constructor(
    script: string,
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
    stdin: string | null = '',
    through: readonly string[] = [],
  ) {
    const [program = '', ...args] = [...through, process.execPath, '--import', 'tsx', join(ROOT, script), ...words];
    this.child = spawn(program, args, {
      cwd: ROOT,
      env: { ...inherited(), NO_COLOR: '1', ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (stdin !== null) this.child.stdin?.end(stdin);
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
  return (words: readonly string[], stdin?: string | null) =>
    new CliProcess('src/cli/main.ts', words, environment, stdin);
}

/** The command line as a person sees it: in a terminal of so many columns. Needs Python. */
export function vertexBatchInTerminal(environment: Readonly<Record<string, string>>, columns: number) {
  const through = ['python3', '-c', TERMINAL, String(columns)];
  return (words: readonly string[]) => new CliProcess('src/cli/main.ts', words, environment, null, through);
}

/** Runs a program in a pseudo terminal, shows what it writes, hands SIGINT on, and ends as it ends. */
const TERMINAL = `
import fcntl, os, pty, signal, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
signal.signal(signal.SIGINT, lambda *_: os.kill(pid, signal.SIGINT))
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    os.write(1, piece)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
