import type { Command } from 'commander';
import { action, withCommonOptions, type CommonFlags, type Host } from '../command-line';
import { EXIT } from '../exit-code';
import { answerByUpdate } from '../operator-update';

interface ResubmitFlags extends CommonFlags {
  readonly claim?: string;
}

export function addResubmit(program: Command, host: Host): void {
  const command = program
    .command('resubmit')
    .summary('give an unanswered create up and send another')
    .description(
      'Answers a run that doesn’t know whether its create was accepted: it made no job, send another one. Pays twice if it did make one. Needs a worker.',
    )
    .argument('<id>', 'workflow id of the run')
    .option('--claim <key>', 'the open claim, where there is more than one');
  withCommonOptions(command, 'vertex-batch resubmit summaries/2026-11-22').action(
    action<ResubmitFlags, [id: string]>(host, async (invocation, id) => {
      const { claim } = invocation.flags;
      await answerByUpdate(invocation, id, (run) => run.resubmit(claim === undefined ? {} : { claim }));
      invocation.output.json({ workflowId: id, resubmitted: true });
      invocation.output.print(`${id} gives the unanswered create up and sends another one.`);
      return EXIT.done;
    }),
  );
}
