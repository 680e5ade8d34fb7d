import type { Command } from 'commander';
import { action, withCommonOptions, type Host } from '../command-line';
import { followRun, type FollowFlags } from '../follow-run';

export function addWatch(program: Command, host: Host): void {
  const command = program
    .command('watch')
    .summary('a live view of a run')
    .description('A live view of a run, and its result when it has closed. Ctrl-C stops watching, not the run.')
    .argument('<id>', 'workflow id of the run')
    .option('--allow-partial', 'exit code 0 also when some rows have no answer');
  withCommonOptions(command, 'vertex-batch watch summaries/2026-11-22').action(
    action<FollowFlags, [id: string]>(host, async (invocation, id) => {
      const session = await invocation.connect();
      return followRun(invocation, session, session.batches.run(id));
    }),
  );
}
