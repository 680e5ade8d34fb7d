import type { Command } from 'commander';
import { consoleUrl } from '../../domain/console-url';
import { isTerminal, shortState } from '../../domain/job-state';
import { isGatewayError } from '../../gateways/gateway-error';
import type { VertexJobs, VertexParent } from '../../gateways/vertex-jobs';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { vertexJobs } from '../google';
import { findLabelledJobs, ownershipOf, type LabelledJob } from '../orphans/find-orphans';
import { orphanText } from '../text/orphans-text';
import { countOf } from '../text/quantities';
import { jobId } from '../text/status-text';
import type { TemporalSession } from '../temporal-session';

interface OrphansFlags extends CommonFlags {
  readonly project?: string;
  readonly location?: string;
  readonly cancel?: boolean;
}

/** What became of the wish to cancel a job. */
type Fate =
  | { readonly kind: 'left' }
  | { readonly kind: 'cancelled'; readonly state: string }
  | { readonly kind: 'failed'; readonly message: string };

export function addOrphans(program: Command, host: Host): void {
  const command = program
    .command('orphans')
    .summary('jobs that go on though their runs are gone')
    .description(
      'Lists the open jobs of a project and location that carry our label and whose runs have closed, or are unknown to Temporal. ' +
        'With --cancel it cancels them. Jobs whose run can’t be told, since another namespace may own them, are only cancelled by name. Needs no worker.',
    )
    .argument('[job...]', 'only these: projects/…/locations/…/batchPredictionJobs/…')
    .option('--cancel', 'cancel them; what is finished by then is billed, and stays in the bucket')
    .option('--project <id>', 'Google Cloud project (default: GOOGLE_CLOUD_PROJECT)')
    .option('--location <region>', 'region, or global (default: GOOGLE_CLOUD_LOCATION)');
  withCommonOptions(command, 'vertex-batch orphans --project acme --location us-central1 --cancel').action(
    action<OrphansFlags, [names: readonly string[]]>(host, orphans),
  );
}

async function orphans(invocation: Invocation<OrphansFlags>, names: readonly string[]): Promise<ExitCode> {
  const { output, flags } = invocation;
  const parent = parentOf(invocation);
  const session = await invocation.connect();
  const jobs = vertexJobs(invocation.config);
  const { open, owned } = await look(jobs, parent, session);
  const shown = names.length === 0 ? open : chosen(names, open, owned);
  const fates: Fate[] = [];
  for (const orphan of shown) {
    output.print(orphanText(orphan, Date.now()));
    const isMeant = flags.cancel === true && (orphan.run.kind === 'gone' || names.length > 0);
    const fate: Fate = isMeant ? await cancel(jobs, session, orphan) : { kind: 'left' };
    sayFate(invocation, orphan, fate);
    fates.push(fate);
  }
  output.json({ ...parent, jobs: shown.map((orphan, index) => orphanJson(orphan, fates[index])), owned: owned.length });
  saySum(invocation, parent, shown, owned.length);
  return fates.some(({ kind }) => kind === 'failed') ? EXIT.failed : EXIT.done;
}

/** @throws {CommandError} when flags and environment leave one of the two out */
function parentOf({ flags, config }: Invocation<OrphansFlags>): VertexParent {
  const project = flags.project ?? config.project;
  const location = flags.location ?? config.location;
  if (project !== null && location !== null) return { project, location };
  throw new CommandError(
    EXIT.usage,
    'Say where to look: --project and --location, or GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION.',
  );
}

async function look(jobs: VertexJobs, parent: VertexParent, session: TemporalSession) {
  const open: LabelledJob[] = [];
  const owned: LabelledJob[] = [];
  for await (const found of findLabelledJobs(jobs, parent, session))
    (found.run.kind === 'owned' ? owned : open).push(found);
  return { open, owned };
}

/** @throws {CommandError} for a name that is no open job of ours, or that an open run sees to */
function chosen(
  names: readonly string[],
  open: readonly LabelledJob[],
  owned: readonly LabelledJob[],
): readonly LabelledJob[] {
  return names.map((name) => {
    const orphan = open.find(({ job }) => isNamed(job.name, name));
    if (orphan !== undefined) return orphan;
    const owner = owned.find(({ job }) => isNamed(job.name, name))?.run;
    const why =
      owner?.kind === 'owned'
        ? `belongs to ${owner.workflowId}, which is open; use "vertex-batch cancel"`
        : 'is no open job with our label in this project and location';
    throw new CommandError(EXIT.usage, `${name} ${why}. Nothing was cancelled.`);
  });
}

/** The service writes the project's number where people write its id, so the job's own number decides. */
function isNamed(name: string, given: string): boolean {
  return name === given || jobId(name) === jobId(given);
}

/** Looks once more before it cancels: somebody may have started the run again meanwhile. */
async function cancel(jobs: VertexJobs, session: TemporalSession, { job, claim }: LabelledJob): Promise<Fate> {
  const run = await ownershipOf(job, claim, session);
  if (run.kind === 'owned')
    return { kind: 'failed', message: `${run.workflowId} was started again and has adopted it` };
  try {
    await jobs.cancel(job.name);
  } catch (error) {
    // it has ended, or somebody else has cancelled it: what it is now tells
    if (!isGatewayError(error)) throw error;
    const state = isGatewayError(error, 'precondition', 'invalid-request') ? (await jobs.get(job.name)).state : '';
    if (!isTerminal(state) && state !== 'JOB_STATE_CANCELLING') return { kind: 'failed', message: error.message };
  }
  return { kind: 'cancelled', state: (await jobs.get(job.name)).state };
}

function sayFate({ output }: Invocation<OrphansFlags>, { job }: LabelledJob, fate: Fate): void {
  if (fate.kind === 'cancelled') output.print(`  cancel  sent; it is ${shortState(fate.state)} now`);
  if (fate.kind === 'failed') output.note(`${jobId(job.name)} wasn't cancelled: ${fate.message}`);
}

function saySum(
  { output, flags }: Invocation<OrphansFlags>,
  { project, location }: VertexParent,
  shown: readonly LabelledJob[],
  owned: number,
): void {
  const others = `${countOf(owned, 'other open job')} ${owned === 1 ? 'belongs to an open run' : 'belong to open runs'}`;
  if (shown.length === 0) return output.print(`No job without a run in ${project}, ${location}; ${others}.`);
  output.print(`${countOf(shown.length, 'job')} without a run in ${project}, ${location}; ${others}.`);
  if (flags.cancel === true)
    return output.print(
      'Answers that were finished stay in the bucket. Starting a run again with its request collects them.',
    );
  output.print(
    'Each goes on and bills. To end them: --cancel. To keep one: start its run again with the same request, which adopts it.',
  );
}

function orphanJson({ job, claim, run }: LabelledJob, fate: Fate | undefined) {
  return {
    name: job.name,
    state: job.state,
    displayName: job.displayName,
    claim,
    createTime: job.createTime,
    rows: { succeeded: job.counts?.succeeded ?? null, failed: job.counts?.failed ?? null },
    outputUri: job.outputUri,
    consoleUrl: consoleUrl(job.name),
    run,
    cancel: fate,
  };
}
