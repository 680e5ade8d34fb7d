import type { Command } from 'commander';
import { action, withCommonOptions, type Host, type Invocation } from '../command-line';
import type { ExitCode } from '../exit-code';
import { showStarted, type StartFlags } from '../run/show-started';

interface ReprocessFlags extends StartFlags {
  readonly handler?: string;
  readonly resume?: boolean;
}

const AFTER_HELP = `
Every answered row is handed out again, and told that it may be a repeat where it is one. Nothing is sent to the service. The pass is a
run of its own, <id>/reprocess-1, then reprocess-2 and so on: status, watch, result and cancel take it. While a pass of the same handler
is open, that one is followed. Answers that don't fit the handler's schema are rejected, with the reason.`;

export function addReprocess(program: Command, host: Host): void {
  const command = program
    .command('reprocess')
    .summary('a handler over finished results, at no cost')
    .description('Runs a handler again over the results of a closed run, and follows it. Needs a worker only to go on.')
    .argument('<id>', 'workflow id of the run, or gs://…/manifest.json')
    .option('--handler <name>', "handler of the worker (default: the run's own)")
    .option('--resume', "go on where this handler's last pass stopped")
    .option('--detach', 'start the pass and return')
    .option('--allow-partial', 'exit code 0 also when some rows were not handled')
    .addHelpText('after', AFTER_HELP);
  withCommonOptions(command, 'vertex-batch reprocess summaries/2026-11-22 --handler saveSummary').action(
    action<ReprocessFlags, [id: string]>(host, reprocess),
  );
}

async function reprocess(invocation: Invocation<ReprocessFlags>, id: string): Promise<ExitCode> {
  const { handler, resume = false } = invocation.flags;
  const session = await invocation.connect();
  const pass = await session.batches.reprocess(id, { resume, ...(handler !== undefined && { handler }) });
  const { taskQueue } = await pass.status();
  return await showStarted({ ...invocation, taskQueue }, session, pass, null);
}
