import type { Command } from 'commander';
import { action, withCommonOptions, type CommonFlags, type Host } from '../command-line';
import { CommandError, EXIT } from '../exit-code';
import { answerByUpdate } from '../operator-update';

interface AdoptFlags extends CommonFlags {
  readonly claim?: string;
}

export function addAdopt(program: Command, host: Host): void {
  const command = program
    .command('adopt')
    .summary('name the job that an unanswered create made')
    .description(
      'Answers a run that doesn’t know whether its create was accepted: this is the job that it made. Needs a worker.',
    )
    .argument('<id>', 'workflow id of the run')
    .argument('<job>', 'projects/…/locations/…/batchPredictionJobs/…')
    .option('--claim <key>', 'the open claim, where there is more than one');
  withCommonOptions(
    command,
    'vertex-batch adopt summaries/2026-11-22 projects/1/locations/us-central1/batchPredictionJobs/4711',
  ).action(
    action<AdoptFlags, [id: string, job: string]>(host, async (invocation, id, name) => {
      if (!/^projects\/[^/]+\/locations\/[^/]+\/batchPredictionJobs\/[^/]+$/.test(name)) {
        throw new CommandError(
          EXIT.usage,
          `JOB must be projects/P/locations/L/batchPredictionJobs/ID, got ${JSON.stringify(name)}.`,
        );
      }
      const { claim } = invocation.flags;
      const adopted = await answerByUpdate(invocation, id, (run) =>
        run.adoptJob({ name, ...(claim !== undefined && { claim }) }),
      );
      invocation.output.json(adopted);
      invocation.output.print(`Adopted ${adopted.name}; the run goes on with it.`);
      return EXIT.done;
    }),
  );
}
