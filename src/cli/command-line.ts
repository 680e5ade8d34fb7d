import { Option, type Command } from 'commander';
import { readConfig, readTemporalTarget, type Config, type Environment } from '../config';
import { colorsOf, noColors } from './colors';
import type { ExitCode } from './exit-code';
import { reportError } from './report-error';
import { Output, type OutputStream } from './output';
import { openSession, type TemporalSession } from './temporal-session';

/** What surrounds a command: the process, or a test. */
export interface Host {
  readonly environment: Environment;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  end(exitCode: ExitCode): void;
}

export interface CommonFlags {
  readonly address?: string;
  readonly namespace?: string;
  readonly profile?: string;
  readonly taskQueue?: string;
  readonly json?: boolean;
}

/** One call of one command. */
export interface Invocation<Flags extends CommonFlags = CommonFlags> {
  readonly flags: Flags;
  readonly config: Config;
  readonly output: Output;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly environment: Environment;
  readonly taskQueue: string;
  /** Connects once; closed when the command ends. */
  readonly connect: () => Promise<TemporalSession>;
}

const COMMON_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ['--address <host:port>', 'Temporal server (default: TEMPORAL_ADDRESS, or 127.0.0.1:7233)'],
  ['--namespace <name>', 'Temporal namespace (default: TEMPORAL_NAMESPACE, or "default")'],
  ['--profile <name>', 'profile of temporal.toml (default: TEMPORAL_PROFILE)'],
  ['--task-queue <name>', 'task queue of the workers (default: VERTEX_BATCH_TASK_QUEUE, or "vertex-batch")'],
  ['--json', 'JSON on stdout; everything else goes to stderr'],
];

/** Adds what every command has. */
export function withCommonOptions(command: Command, example: string): Command {
  for (const [flags, description] of COMMON_OPTIONS)
    command.addOption(new Option(flags, description).helpGroup('Common options:'));
  return command.addHelpText('after', `\nExample:\n  $ ${example}`);
}

type Action<Flags extends CommonFlags, Arguments extends unknown[]> = (
  invocation: Invocation<Flags>,
  ...args: Arguments
) => Promise<ExitCode>;

/** A commander action that ends the host with the code its body returns, or with that of the error it throws. */
export function action<Flags extends CommonFlags, Arguments extends unknown[] = []>(
  host: Host,
  run: Action<Flags, Arguments>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    // commander calls with the arguments, then the options, then the command
    const flags = given.at(-2) as Flags;
    const output = new Output({
      stdout: host.stdout,
      stderr: host.stderr,
      colors: flags.json === true ? noColors : colorsOf(host.stdout, host.environment),
      json: flags.json === true,
      columns: Number(host.environment['COLUMNS']),
    });
    const opened: TemporalSession[] = [];
    try {
      const invocation = invocationOf(host, flags, output, opened);
      host.end(await run(invocation, ...(given.slice(0, -2) as Arguments)));
    } catch (error) {
      output.live.hide();
      host.end(reportError(error, output));
    } finally {
      output.live.hide();
      await Promise.all(opened.map((session) => session.close()));
    }
  };
}

function invocationOf<Flags extends CommonFlags>(
  { environment, stdin }: Host,
  flags: Flags,
  output: Output,
  opened: TemporalSession[],
): Invocation<Flags> {
  const config = readConfig(environment);
  const taskQueue = flags.taskQueue ?? config.taskQueue;
  let session: Promise<TemporalSession> | undefined;
  const connect = async () => {
    const connected = await openSession(await readTemporalTarget(flags, environment), taskQueue);
    opened.push(connected);
    return connected;
  };
  return { flags, config, output, stdin, environment, taskQueue, connect: () => (session ??= connect()) };
}

/** The words that make another command reach the same server: flags that this one was given. */
export function connectionWords(flags: CommonFlags): string {
  const words = (['address', 'namespace', 'profile'] as const).flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
  });
  return words.map((word) => ` ${word}`).join('');
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
