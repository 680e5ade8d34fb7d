import type { Command } from 'commander';
import type { ListedRun } from '../../client';
import { action, withCommonOptions, type CommonFlags, type Host } from '../command-line';
import { EXIT } from '../exit-code';
import { wholeNumber } from '../flag-values';
import { listText } from '../text/list-text';

interface ListFlags extends CommonFlags {
  readonly attention?: boolean;
  readonly open?: boolean;
  readonly limit: number;
}

export function addList(program: Command, host: Host): void {
  const command = program
    .command('list')
    .summary('the runs of the namespace')
    .description('The runs of the namespace, newest first; needs no worker.')
    .option('--attention', 'only runs that wait for a person')
    .option('--open', 'only runs that have not closed')
    .option('--limit <runs>', 'at most so many', wholeNumber, 100);
  withCommonOptions(command, 'vertex-batch list --attention').action(
    action<ListFlags>(host, async ({ output, flags, connect }) => {
      const { batches } = await connect();
      const runs: ListedRun[] = [];
      for await (const run of batches.list({ attention: flags.attention === true, open: flags.open === true })) {
        if (runs.push(run) >= flags.limit) break;
      }
      output.json(runs);
      output.print(listText(runs, { attention: flags.attention === true, now: Date.now(), columns: output.columns }));
      return EXIT.done;
    }),
  );
}
