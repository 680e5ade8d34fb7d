import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { StartAdoption, StartRequest } from '../../client';
import type { Config } from '../../config';
import type { CommonFlags } from '../command-line';
import { CommandError, EXIT } from '../exit-code';
import { existingFile } from '../existing-file';
import { dollars, label, share, wholeNumber } from '../flag-values';
import type { ValidationFlags } from '../validation/validation-flags';

export interface RequestFlags extends CommonFlags, ValidationFlags {
  readonly workflowId?: string;
  readonly model?: string;
  readonly input?: readonly string[];
  readonly output?: string;
  readonly workspace?: string;
  readonly handler?: string;
  readonly project?: string;
  readonly location?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly keyField?: string;
  readonly minAnswered?: number;
  readonly maxCost?: number;
  readonly canary?: number;
  readonly adopt?: string;
}

export function addRequestOptions(command: Command): Command {
  return command
    .option('-w, --workflow-id <id>', 'your business key; starting it again attaches or answers (default: one is made)')
    .option('--model <name>', 'gemini-…, publishers/google/models/M, or projects/P/locations/L/models/ID')
    .option(
      '--input <uri...>',
      'gs:// objects and wildcards, one table bq://…, or local JSONL files, which are uploaded',
    )
    .option('--adopt <job>', 'start from this job, projects/…/batchPredictionJobs/…, which somebody else created')
    .option(
      '--output <uri>',
      'gs://bucket/prefix/ below which the run has its directory, or bq://project[.dataset[.table]]',
    )
    .option('--workspace <uri>', 'gs://bucket/prefix/ below which the run has its directory when the output is bq://')
    .option('--handler <name>', 'handler of the worker')
    .option('--project <id>', 'Google Cloud project (default: GOOGLE_CLOUD_PROJECT)')
    .option('--location <region>', 'region, or global (default: GOOGLE_CLOUD_LOCATION)')
    .option('--label <name=value>', 'label of the job; may be given more than once', label)
    .option('--key-field <name>', 'top-level field that identifies a row')
    .option('--min-answered <share>', 'below this share of answered rows the run is a failure', share)
    .option('--canary <rows>', 'send so many rows ahead, and the rest only if enough of them are answered', wholeNumber)
    .option(
      '--max-cost <usd>',
      'refuse a run whose estimate is higher, and send no further job that would pass it',
      dollars,
    );
}

/** A request as far as file, flags and environment give it; what is wrong with it is found when it is accepted. */
export type DraftRequest = Partial<StartRequest & StartAdoption> & Readonly<Record<string, unknown>>;

/**
 * The request in the file (`-` is stdin), overridden by flags, completed by the environment.
 * @throws {CommandError} when the file isn't a JSON object
 */
export async function draftRequest(
  file: string | undefined,
  flags: RequestFlags,
  config: Pick<Config, 'project' | 'location'>,
  stdin: AsyncIterable<Buffer | string>,
): Promise<DraftRequest> {
  const written = file === undefined ? {} : await readRequest(file, stdin);
  return {
    ...(config.project !== null && { project: config.project }),
    ...(config.location !== null && { location: config.location }),
    ...(flags.adopt !== undefined && parentOf(flags.adopt)),
    ...written,
    ...overrides(flags, written),
  };
}

/** A job's name says where it is. */
function parentOf(job: string): { readonly project?: string; readonly location?: string } {
  const [, project, location] = /^projects\/([^/]+)\/locations\/([^/]+)\//.exec(job) ?? [];
  return project === undefined || location === undefined ? {} : { project, location };
}

function overrides(flags: RequestFlags, written: DraftRequest): DraftRequest {
  const { input } = flags;
  const given = {
    workflowId: flags.workflowId,
    adopt: flags.adopt === undefined ? undefined : { job: flags.adopt },
    model: flags.model,
    input: input?.length === 1 ? input[0] : input,
    output: flags.output,
    workspace: flags.workspace,
    handler: flags.handler,
    project: flags.project,
    location: flags.location,
    labels: flags.label === undefined ? undefined : { ...written.labels, ...flags.label },
    keyField: flags.keyField,
    minAnsweredShare: flags.minAnswered,
    canary: flags.canary,
    maxCostUsd: flags.maxCost,
    validate: validateByFlags(flags, written.validate),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function validateByFlags(
  { rule, onError, repair }: ValidationFlags,
  written: StartRequest['validate'],
): StartRequest['validate'] {
  if (rule === undefined && onError === undefined && repair === undefined) return undefined;
  return {
    ...written,
    ...(rule && { rules: { ...written?.rules, ...rule } }),
    ...(onError && { onError }),
    ...(repair && { repair }),
  };
}

async function readRequest(file: string, stdin: AsyncIterable<Buffer | string>): Promise<DraftRequest> {
  const text = file === '-' ? await textOf(stdin) : await readFile(existingFile('The request', file), 'utf8');
  const name = file === '-' ? 'stdin' : file;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CommandError(EXIT.usage, `The request in ${name} isn't JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as DraftRequest;
  throw new CommandError(
    EXIT.usage,
    `The request in ${name} must be one JSON object, got ${Array.isArray(value) ? 'an array' : typeof value}.`,
  );
}

async function textOf(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
