import type { Command } from 'commander';
import { action, withCommonOptions, type CommonFlags, type Host } from '../command-line';
import { EXIT } from '../exit-code';
import { noWorkerText } from '../follow-run';
import { isPolled } from '../temporal-session';
import { statusText } from '../text/status-text';

export function addStatus(program: Command, host: Host): void {
  const command = program
    .command('status')
    .summary('one look at a run')
    .description('One look at a run; needs no worker.');
  withCommonOptions(
    command.argument('<id>', 'workflow id of the run'),
    'vertex-batch status summaries/2026-11-22',
  ).action(
    action<CommonFlags, [id: string]>(host, async ({ output, connect }, id) => {
      const session = await connect();
      const status = await session.batches.run(id).status();
      output.json(status);
      output.print(statusText(status, { now: Date.now(), columns: output.columns, colors: output.colors }));
      if (status.execution === 'RUNNING' && !(await isPolled(session, status.taskQueue))) {
        output.note(noWorkerText(status.taskQueue));
      }
      return EXIT.done;
    }),
  );
}
