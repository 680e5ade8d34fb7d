import { Command, CommanderError } from 'commander';
import type { Host } from './command-line';
import { EXIT, type ExitCode } from './exit-code';
import { addAdopt } from './commands/adopt';
import { addCancel } from './commands/cancel';
import { addCollect } from './commands/collect';
import { addDev } from './commands/dev';
import { addDoctor } from './commands/doctor';
import { addEmulator } from './commands/emulator';
import { addList } from './commands/list';
import { addOrphans } from './commands/orphans';
import { addReprocess } from './commands/reprocess';
import { addRerun } from './commands/rerun';
import { addResult } from './commands/result';
import { addResubmit } from './commands/resubmit';
import { addRun } from './commands/run';
import { addStatus } from './commands/status';
import { addValidate } from './commands/validate';
import { addWatch } from './commands/watch';
import { addWorker } from './commands/worker';

/** In the order of the help. */
const COMMANDS = [
  addDev,
  addWorker,
  addRun,
  addWatch,
  addStatus,
  addResult,
  addList,
  addCancel,
  addAdopt,
  addResubmit,
  addOrphans,
  addRerun,
  addReprocess,
  addValidate,
  addCollect,
  addDoctor,
  addEmulator,
];

const EXIT_CODES = `
Exit codes: 0 done · 1 the run failed or was cancelled, validation found errors · 2 usage, configuration, unknown id ·
            3 partial · 4 no answer yet · 130 interrupted`;

/** Parses the words behind the program's name and runs the command they name; the host learns how it ended. */
export async function runProgram(words: readonly string[], host: Host): Promise<void> {
  try {
    await createProgram(host).parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    host.end(usageExitCode(error));
  }
}

function createProgram(host: Host): Command {
  const program = new Command('vertex-batch')
    .description('Runs Gemini batch jobs on Vertex AI, from input to processed rows, durably on Temporal.')
    .version(version(), '-V, --version')
    .helpCommand('help [command]', 'help for a command')
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for the options and an example.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    });
  for (const add of COMMANDS) add(program, host);
  return program;
}

function usageExitCode(error: CommanderError): ExitCode {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}

function version(): string {
  return (require('../../package.json') as { version: string }).version;
}
