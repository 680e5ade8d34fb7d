import type { Command } from 'commander';
import { isInBigQuery } from '../../domain/bigquery-uri';
import { parseTableUri } from '../../gateways/bq-uri';
import { parseGsUri } from '../../gateways/gs-uri';
import { parentPath } from '../../gateways/vertex-jobs-rest';
import type { Check } from '../../preflight/check';
import { examine, type Examined } from '../../preflight/examine';
import { modelPath } from '../../schemas/model-path';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { askWorker } from '../doctor/ask-worker';
import { checkClock } from '../doctor/check-clock';
import { checkPollers, checkSearchAttributes, checkTemporal } from '../doctor/check-temporal';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { examineGateways } from '../google';
import { checkText, sumText } from '../text/doctor-text';

interface DoctorFlags extends CommonFlags {
  readonly project?: string;
  readonly location?: string;
  readonly model?: string;
  readonly input?: readonly string[];
  readonly output?: string;
  readonly workspace?: string;
}

/** Whose credentials the checks of Google's side were made with. */
type CheckedBy = 'worker' | 'here';

const AFTER_HELP = `
Each check ends ok, missing (with the command that mends it), or unknown (why it couldn't be told).
Exit code 1 where something is missing, 4 where Temporal or Google didn't answer, else 0.`;

export function addDoctor(program: Command, host: Host): void {
  const command = program
    .command('doctor')
    .summary('what a run would need, and whether it is there')
    .description(
      'Looks at what a run would need, before one is started: Temporal, workers and their handlers, credentials, permissions, location, model, ' +
        'and the roles of Vertex AI’s service agent. It changes nothing and costs nothing. Where a worker answers, Google’s side is seen with its credentials, else with those of this machine.',
    )
    .option('--project <id>', 'Google Cloud project (default: GOOGLE_CLOUD_PROJECT)')
    .option('--location <region>', 'region, or global (default: GOOGLE_CLOUD_LOCATION)')
    .option('--model <name>', 'gemini-…, publishers/google/models/M, or projects/P/locations/L/models/ID')
    .option('--input <uri...>', 'gs:// objects and wildcards, or a bq:// table, that a run would read')
    .option('--output <uri>', 'gs://bucket/prefix/ that a run would write below, or bq://project[.dataset[.table]]')
    .option('--workspace <uri>', 'gs://bucket/prefix/ that a run would write below when the output is bq://')
    .addHelpText('after', AFTER_HELP);
  const example = 'vertex-batch doctor --project acme --location us-central1 --output gs://acme/answers/';
  withCommonOptions(command, example).action(action<DoctorFlags>(host, doctor));
}

async function doctor(invocation: Invocation<DoctorFlags>): Promise<ExitCode> {
  const { output } = invocation;
  const examined = examinedOf(invocation);
  const checks: Check[] = [];
  const show = (...more: readonly Check[]) => {
    checks.push(...more);
    for (const check of more) output.print(checkText(check, output));
  };
  const by = await look(invocation, examined, show);
  if (by === 'here') output.note('Google’s side was seen with the credentials of this machine, not with a worker’s.');
  if (examined.project === null || examined.location === null)
    output.note('Vertex wasn’t looked at: it takes --project and --location.');
  if (examined.output === null) output.note('No bucket of the output was looked at: it takes --output.');
  output.json({ checks, checkedBy: by });
  output.print(sumText(checks));
  return exitCodeOf(checks);
}

async function look(
  { config, taskQueue, connect }: Invocation<DoctorFlags>,
  examined: Examined,
  show: (...checks: readonly Check[]) => void,
): Promise<CheckedBy> {
  const temporal = await checkTemporal(connect);
  show(temporal.check);
  if (temporal.session !== null) {
    const pollers = await checkPollers(temporal.session, taskQueue);
    const worker = pollers.status === 'ok' ? await askWorker(temporal.session, taskQueue, examined) : undefined;
    show(worker === undefined ? unanswered(pollers) : withHandlers(pollers, worker));
    if (worker?.clockAheadMs !== undefined) show(checkClock(worker.clockAheadMs));
    if (worker?.searchAttributes ?? config.searchAttributes) show(await checkSearchAttributes(temporal.session));
    if (worker !== undefined) {
      show(...worker.checks);
      return 'worker';
    }
  }
  show(...(await examine(examineGateways(config), examined)));
  return 'here';
}

function withHandlers(pollers: Check, { handlers, version }: { handlers: readonly string[]; version: string }): Check {
  const names = handlers.length === 0 ? 'no handlers' : `handlers ${handlers.join(', ')}`;
  return { ...pollers, message: `${pollers.message} · ${names} · ${version}` };
}

function unanswered(pollers: Check): Check {
  if (pollers.status !== 'ok') return pollers;
  const message = `${pollers.message}, and none answered within 20 seconds: they are busy, or run no workflows of this version`;
  return { ...pollers, status: 'unknown', message };
}

/** @throws what names a flag whose value can't be */
function examinedOf({ flags, config }: Invocation<DoctorFlags>): Examined {
  const project = flags.project ?? config.project;
  const location = flags.location ?? config.location;
  if (project !== null && location !== null) parentPath({ project, location });
  const { input = [], output = null, workspace } = flags;
  if (workspace !== undefined) parseGsUri(workspace);
  for (const uri of [...input, output ?? ''].filter((given) => given.startsWith('gs://'))) parseGsUri(uri);
  for (const uri of input.filter(isInBigQuery)) parseTableUri(uri);
  if (output !== null && !/^(gs|bq):\/\//.test(output))
    throw new CommandError(EXIT.usage, `--output must be gs://bucket/prefix/, got ${JSON.stringify(output)}.`);
  return {
    project,
    location,
    model: modelOf(flags.model, location),
    input,
    output,
    ...(workspace !== undefined && { workspace }),
  };
}

function modelOf(model: string | undefined, location: string | null): string | null {
  if (model === undefined) return null;
  if (location === null) throw new CommandError(EXIT.usage, '--model takes --location: models differ by it.');
  try {
    return modelPath(model, location);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(EXIT.usage, error.message, { cause: error });
  }
}

function exitCodeOf(checks: readonly Check[]): ExitCode {
  if (checks.some(({ status }) => status === 'missing')) return EXIT.failed;
  return checks.some(({ isUnreached }) => isUnreached) ? EXIT.noAnswer : EXIT.done;
}
