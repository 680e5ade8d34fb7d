import type { Command } from 'commander';
import { newWorkflowId, type StartAdoption, type StartRequest } from '../../client';
import { readTemporalTarget } from '../../config';
import type { AcceptedRequest } from '../../domain/accepted-request';
import { validationOf } from '../../domain/accepted-validation';
import { runIdentity } from '../../run-identity';
import { acceptRequest } from '../../schemas/batch-request';
import { priceTableOf } from '../../schemas/price-table';
import { action, withCommonOptions, type Host, type Invocation } from '../command-line';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { objectStore } from '../google';
import { addPricesOption, givenPrices, type PricesFlags } from '../prices';
import { addRequestOptions, draftRequest, type DraftRequest, type RequestFlags } from '../run/request-flags';
import { toBatchRequest } from '../run/normalised-request';
import { entry, showStarted, type StartFlags } from '../run/show-started';
import { runEstimate, showEstimate } from '../run/run-estimate';
import type { RunEstimate } from '../text/estimate-text';
import { planUploads, upload, type PlannedUpload } from '../run/uploads';
import type { TemporalSession } from '../temporal-session';
import { bytesText } from '../text/quantities';
import { givenInput, type GivenInput } from '../../input/given-input';
import type { ValidationReport } from '../../input/report';
import type { Validated } from '../../input/validate-given';
import { validateLive } from '../validation/live-validation';
import { printProblems, sumsText, validText } from '../validation/show-report';
import { addValidationOptions, validationByFlags } from '../validation/validation-flags';

const SHOWN_PROBLEMS = 20;

interface RunFlags extends RequestFlags, StartFlags, PricesFlags {
  readonly dryRun?: boolean;
}

/** A request that can be started once its files are uploaded. */
interface PreparedRun {
  readonly workflowId: string;
  readonly request: Omit<StartRequest, 'workflowId'> | Omit<StartAdoption, 'workflowId'>;
  readonly accepted: AcceptedRequest;
  readonly uploads: readonly PlannedUpload[];
}

export function addRun(program: Command, host: Host): void {
  const command = program
    .command('run')
    .summary('start a run and follow it')
    .description(
      'Starts a run and follows it to its result. Local files as input are validated and uploaded first. Ctrl-C stops following, not the run.',
    )
    .argument('[request]', 'JSON file with the request, or - for stdin; flags override it');
  addValidationOptions(addRequestOptions(command), SHOWN_PROBLEMS)
    .option('--detach', 'start the run and return')
    .option('--dry-run', 'validate, and show what would be uploaded, started and spent')
    .option('--allow-partial', 'exit code 0 also when some rows have no answer');
  const example =
    'vertex-batch run -w summaries/2026-11-22 --model gemini-2.5-flash --input prompts.jsonl --output gs://acme/answers/';
  withCommonOptions(addPricesOption(command), example).action(action<RunFlags, [file: string | undefined]>(host, run));
}

async function run(invocation: Invocation<RunFlags>, file: string | undefined): Promise<ExitCode> {
  const { flags, config, stdin } = invocation;
  const prices = priceTableOf(await givenPrices(flags, config));
  const draft = await draftRequest(file, flags, config, stdin);
  const input = await givenInput(namesOf(draft), { tables: 'as-remote' });
  try {
    const prepared = await prepare(invocation, draft, input);
    const found = await validated(invocation, input, prepared);
    if (found !== null && !found.report.valid) return EXIT.failed;
    // what lies elsewhere is read in a dry run only
    const isWhole = flags.dryRun === true || input.remote.length === 0;
    const estimate = found === null || !isWhole ? null : runEstimate(found, prepared.accepted.model, prices);
    const isTooMuch = estimate !== null && exceeds(invocation, prepared, estimate);
    if (flags.dryRun === true) {
      showPlan(invocation, prepared, { validation: found?.report ?? null, estimate });
      return isTooMuch ? EXIT.failed : EXIT.done;
    }
    if (isTooMuch) return EXIT.failed;

    const session = await invocation.connect();
    await uploadAll(invocation, prepared.uploads);
    return await start(invocation, session, prepared);
  } finally {
    await input.dispose();
  }
}

function namesOf({ input }: DraftRequest): readonly string[] {
  const names: unknown = typeof input === 'string' ? [input] : (input ?? []);
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

/** Puts the URIs of uploads in place of local paths, and checks the whole. */
async function prepare(
  { flags, environment }: Invocation<RunFlags>,
  draft: DraftRequest,
  { local }: GivenInput,
): Promise<PreparedRun> {
  const { workflowId = newWorkflowId(), ...given } = draft;
  if (typeof workflowId !== 'string' || workflowId === '') {
    throw new CommandError(EXIT.usage, `workflowId must be a text, got ${JSON.stringify(workflowId)}.`);
  }
  if (given.adopt !== undefined && local.length > 0) {
    throw new CommandError(EXIT.usage, 'An adopted job has read its input already: leave --input out.');
  }
  // the directory depends on the request, and the request on the directory
  const placeholders = local.map(({ uri }) => [uri, 'gs://local/file'] as const);
  const { output, rerun } = accepted(withUris(given, new Map(placeholders)), workflowId);
  const { namespace } = await readTemporalTarget(flags, environment);
  const { directory } = runIdentity({ namespace, workflowId, rerun, output });
  const uploads = planUploads(local, directory);
  const request = withUris(given, new Map(uploads.map(({ from, to }) => [from.uri, to] as const)));
  return { workflowId, request: request as PreparedRun['request'], accepted: accepted(request, workflowId), uploads };
}

function withUris(request: DraftRequest, uris: ReadonlyMap<string, string>): DraftRequest {
  const { input } = request;
  if (typeof input === 'string') return { ...request, input: uris.get(input) ?? input };
  if (!Array.isArray(input)) return request;
  return { ...request, input: input.map((name: string) => uris.get(name) ?? name) };
}

const FLAGS = {
  model: '--model',
  input: '--input',
  output: '--output',
  project: '--project or GOOGLE_CLOUD_PROJECT',
  location: '--location or GOOGLE_CLOUD_LOCATION',
};

/** @throws {CommandError} naming each field at fault, and the flags for those that are missing */
function accepted(request: DraftRequest, workflowId: string): AcceptedRequest {
  const isAdopted = request.adopt !== undefined;
  const missing = Object.entries(FLAGS).filter(
    ([field]) => request[field] === undefined && !(isAdopted && field === 'input'),
  );
  if (missing.length > 0) {
    const names = missing.map(([field, flag]) => `${field} (${flag})`);
    throw new CommandError(EXIT.usage, `The request lacks ${names.join(', ')}. Give it by flags or in a request file.`);
  }
  try {
    return acceptRequest(request, workflowId);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(EXIT.usage, `InvalidRequest: ${error.message}`, { cause: error });
  }
}

/** What lies here is validated before it is uploaded; the run validates all of it. null where nothing was. */
async function validated(
  invocation: Invocation<RunFlags>,
  input: GivenInput,
  { accepted: { keyField, ...request } }: PreparedRun,
): Promise<Validated | null> {
  const { output, flags } = invocation;
  // the rows of a table are looked at by the run
  const files = input.remote.filter((uri) => uri.startsWith('gs://'));
  const looked = { ...input, remote: flags.dryRun === true ? files : [] };
  if (looked.local.length + looked.remote.length === 0) return null;
  const { signal } = new AbortController();
  const options = { keyField, signal, ...validationByFlags(flags, SHOWN_PROBLEMS, validationOf(request)) };
  const found = await validateLive(invocation, looked, options);
  const { report } = found;
  if (report.valid) output.print(entry(output, 'validated', validText(report)));
  await printProblems(output, found);
  if (!report.valid) output.print(`\n${sumsText(report)} Nothing was uploaded, started or spent.`);
  if (!report.valid || flags.dryRun !== true) output.json({ validated: report });
  if (!report.valid) output.json({ result: null });
  return found;
}

function showPlan(
  { output, taskQueue }: Invocation<RunFlags>,
  prepared: PreparedRun,
  { validation, estimate }: { readonly validation: ValidationReport | null; readonly estimate: RunEstimate | null },
): void {
  const { workflowId, uploads } = prepared;
  const request = toBatchRequest(prepared.accepted);
  const files = uploads.map(({ from, to }) => ({ from: from.uri, to, bytes: from.size }));
  output.json({ result: { workflowId, taskQueue, request, uploads: files, validation, estimate } });
  for (const { from, to, bytes } of files)
    output.print(entry(output, 'would upload', `${from} → ${to}   ${bytesText(bytes)}`));
  output.print(entry(output, 'would start', `${workflowId} on task queue ${taskQueue}`));
  output.print(JSON.stringify(request, null, 2));
}

/** Whether the run would be refused for its cost; says so. */
function exceeds({ output, flags }: Invocation<RunFlags>, prepared: PreparedRun, estimate: RunEstimate): boolean {
  const isTooMuch = showEstimate(output, estimate, prepared.accepted.maxCostUsd ?? null) === 'exceeds';
  if (flags.dryRun === true) return isTooMuch;
  output.json({ estimate });
  if (isTooMuch) output.json({ result: null });
  return isTooMuch;
}

async function uploadAll({ output, config }: Invocation<RunFlags>, uploads: readonly PlannedUpload[]): Promise<void> {
  if (uploads.length === 0) return;
  const store = objectStore(config);
  for (const planned of uploads) {
    output.live.show(() => `uploading   ${planned.from.uri}   ${bytesText(planned.from.size)}`);
    const done = await upload(store, planned);
    output.live.hide();
    output.print(entry(output, done === 'uploaded' ? 'uploaded' : 'there already', planned.to));
    output.json({
      uploaded: { from: planned.from.uri, to: planned.to, bytes: planned.from.size, adopted: done === 'adopted' },
    });
  }
}

async function start(
  invocation: Invocation<RunFlags>,
  session: TemporalSession,
  prepared: PreparedRun,
): Promise<ExitCode> {
  const { workflowId, request } = prepared;
  const batch = await session.batches.start({ ...request, workflowId });
  return showStarted(invocation, session, batch, prepared.accepted.handler?.taskQueue ?? null);
}
