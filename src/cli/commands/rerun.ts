import type { Command } from 'commander';
import { VertexBatchError } from '../../client';
import { action, withCommonOptions, type Host, type Invocation } from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { showStarted, type StartFlags } from '../run/show-started';

interface RerunFlags extends StartFlags {
  readonly failed?: boolean;
}

const AFTER_HELP = `
With --failed the rows without an answer that can be sent as they stand go into a new run, <id>/rerun-1, then rerun-2 and so on; asked
for again, it finds that run. They are read from the table that the request's deadLettersTable gave them, else from dead-letters.jsonl.
Without, everything is done and paid again under the same id. Exit code 0 as well where no row is left.`;

export function addRerun(program: Command, host: Host): void {
  const command = program
    .command('rerun')
    .summary('dead letters into a new run')
    .description(
      'Starts a closed run again with the request that it had, and follows it. Needs a worker only to go on.',
    )
    .argument('<id>', 'workflow id of the run')
    .option('--failed', 'only the failed and missing rows')
    .option('--detach', 'start the run and return')
    .option('--allow-partial', 'exit code 0 also when some rows have no answer')
    .addHelpText('after', AFTER_HELP);
  withCommonOptions(command, 'vertex-batch rerun summaries/2026-11-22 --failed').action(
    action<RerunFlags, [id: string]>(host, rerun),
  );
}

async function rerun(invocation: Invocation<RerunFlags>, id: string): Promise<ExitCode> {
  const { flags, output } = invocation;
  const session = await invocation.connect();
  const { batches } = session;
  try {
    const again = flags.failed === true ? await batches.rerunFailed(id) : await batches.repeat(id);
    const { taskQueue } = await again.status();
    return await showStarted({ ...invocation, taskQueue }, session, again, null);
  } catch (error) {
    if (!(error instanceof VertexBatchError) || error.type !== 'NothingToRerun') throw error;
    output.print(`Nothing to rerun: ${error.message}.`);
    output.json({ result: null });
    return EXIT.done;
  }
}
