import type { Command } from 'commander';
import type { Manifest } from '../../activities/finish-run';
import { readJson } from '../../rows/commits';
import { action, withCommonOptions, type Host, type Invocation } from '../command-line';
import { CommandError, EXIT, exitCodeOf, type ExitCode } from '../exit-code';
import { showResult, type FollowFlags } from '../follow-run';
import { objectStore } from '../google';
import { resultText } from '../text/result-text';

interface ResultFlags extends FollowFlags {
  readonly wait?: boolean;
}

export function addResult(program: Command, host: Host): void {
  const command = program
    .command('result')
    .summary('the result of a run')
    .description(
      'The result of a run, also by the URI of its manifest, which outlives Temporal’s retention; needs no worker.',
    )
    .argument('<id>', 'workflow id of the run, or gs://…/manifest.json')
    .option('--wait', 'wait until the run has closed')
    .option('--allow-partial', 'exit code 0 also when some rows have no answer');
  withCommonOptions(command, 'vertex-batch result summaries/2026-11-22 --wait').action(
    action<ResultFlags, [id: string]>(host, async (invocation, id) =>
      id.startsWith('gs://') ? resultInManifest(invocation, id) : resultOfRun(invocation, id),
    ),
  );
}

async function resultOfRun(invocation: Invocation<ResultFlags>, id: string): Promise<ExitCode> {
  const { flags, connect } = invocation;
  const run = (await connect()).batches.run(id);
  const { execution, phase } = await run.status();
  if (execution === 'RUNNING' && flags.wait !== true) {
    throw new CommandError(EXIT.noAnswer, `${id} has no result yet: it is ${phase}. Wait for it with --wait.`);
  }
  return showResult(invocation, run, flags.allowPartial === true);
}

async function resultInManifest({ output, config, flags }: Invocation<ResultFlags>, uri: string): Promise<ExitCode> {
  const manifest = await readJson<Partial<Manifest>>(objectStore(config), uri);
  const result = manifest.result;
  if (result?.outcome === undefined) {
    throw new CommandError(
      EXIT.usage,
      `${uri} isn't a run's manifest: it has no result. The result of a run names its manifest.`,
    );
  }
  output.json({ result });
  output.print(resultText(result, output));
  return exitCodeOf(result.outcome, flags.allowPartial === true);
}
