import { asDirectory } from '../domain/as-directory';
import { BatchError } from '../domain/batch-error';
import { isInBigQuery } from '../domain/bigquery-uri';
import { claimKey } from '../domain/claim-key';
import { lacksShards, outputKindOf } from '../domain/output-names';
import { GatewayError } from '../gateways/gateway-error';
import type { ObjectStore, StoredObject } from '../gateways/object-store';
import { commitOnce } from '../rows/commits';
import { type PlanRangesOptions, planRanges } from '../rows/ranges';
import { outputTableOf } from '../rows/tables/output-table';
import { toSourceFile } from '../rows/source-file';
import type { JobOutputs } from '../rows/records';
import { claimOutputPrefix, directoryOf, roundDirectory, handlerDirectory } from '../rows/work-paths';
import type { SourceFile } from '../rows/sources';
import type { Attempt } from './attempt';
import type { FindOutputsInput, FoundOutputs, VertexJob } from './contract';
import type { TableGateways } from './copy-table';
import { findOutputTable } from './find-output-table';

/** Below a claim's prefix the service makes one directory, whose name has a time that nobody can foretell. */
const OUTPUT_DIRECTORY = /^prediction-[^/]+\//;

/** Finds what an ended job wrote, as its generations are now, and notes it once. No files is an answer, too. */
export async function findOutputs(
  gateways: TableGateways,
  input: FindOutputsInput,
  attempt: Attempt,
  ranging: PlanRangesOptions = {},
): Promise<FoundOutputs> {
  const { store } = gateways;
  const { run, planUri, claim, job, handler, maximumRanges } = input;
  const { signal } = attempt;
  const outputsUri = `${roundDirectory(handlerDirectory(run, handler), claim.part, claim.round, job.name)}outputs.json`;
  const told = toldTable(input);
  const found =
    told === null
      ? { files: await findOutputFiles(store, input, attempt) }
      : await findOutputTable(gateways, { run, planUri, claim, job, told }, attempt);
  const bounds = maximumRanges === undefined ? ranging : { maximumRanges, ...ranging };
  const outputs: JobOutputs = {
    job: job.name,
    endedWell: endedWell(job),
    ...found,
    ranges: planRanges(found.files, bounds),
  };
  const { record } = await commitOnce(store, outputsUri, outputs, { signal });
  return {
    outputsUri,
    files: record.files.length,
    bytes: record.files.reduce((sum, file) => sum + file.size, 0),
    ranges: record.ranges.length,
  };
}

/** Where a job was told to write, if that is BigQuery: ours each to a table of its own, others' to what they name. */
function toldTable({ run, claim, outputUri, outputTable }: FindOutputsInput): string | null {
  if (outputUri !== undefined) return isInBigQuery(outputUri) ? outputUri : null;
  return outputTable === undefined ? null : outputTableOf(outputTable, claimKey(run.key, claim));
}

async function findOutputFiles(
  store: ObjectStore,
  { run, claim, job, outputUri, listingLagMs = 0 }: FindOutputsInput,
  attempt: Attempt,
): Promise<readonly SourceFile[]> {
  const { signal } = attempt;
  const found: { readonly name: string; readonly object: StoredObject }[] = [];
  const own = outputUri ?? claimOutputPrefix(run, claim);
  const place = job.outputDirectory === null ? own : asDirectory(checkedDirectory(job.outputDirectory));
  if (!place.startsWith(own)) {
    attempt.log.warn(`${job.name} wrote to ${place}, outside of ${own}: its rows are joined all the same.`);
  }
  for await (const object of store.list(place, { signal })) {
    attempt.heartbeat();
    const below = object.uri.slice(place.length);
    found.push({ name: job.outputDirectory === null ? below.replace(OUTPUT_DIRECTORY, '') : below, object });
  }
  const outputs = found.filter(({ name }) => isOutput(name, endedWell(job)));
  const names = outputs.map(({ name }) => name);
  const files = outputs.map(({ object }) => toSourceFile(object));
  refuseSeveral(job, files);
  if (lacksFiles(job, names) && attempt.waited() < listingLagMs) throw notListedYet(job, place, files.length);
  return files;
}

/** A job that answered rows has written them: a listing without its files is one that lags, or somebody deleted them. */
function lacksFiles(job: VertexJob, names: readonly string[]): boolean {
  const hasAnswers = endedWell(job) || (job.counts !== null && job.counts.succeeded > 0);
  return hasAnswers && (names.length === 0 || lacksShards(names));
}

function notListedYet({ name, state }: VertexJob, place: string, files: number): GatewayError {
  const shown = files === 0 ? 'no file' : `only ${files} of its files`;
  return new GatewayError('unavailable', `${name} ended in ${state}, and ${shown} shows below ${place} yet.`);
}

function endedWell({ state }: VertexJob): boolean {
  return state === 'JOB_STATE_SUCCEEDED';
}

function isOutput(name: string, isComplete: boolean): boolean {
  const kind = outputKindOf(name);
  return kind === 'regular' || (kind === 'incremental' && !isComplete);
}

/** Below a prefix that several jobs share, nothing but a time tells which of them wrote what. */
function refuseSeveral({ name, outputDirectory }: VertexJob, files: readonly SourceFile[]): void {
  const directories = [...new Set(files.map(({ uri }) => directoryOf(uri)))];
  if (outputDirectory !== null || directories.length < 2) return;
  throw new BatchError(
    'NotFound',
    `${name} names no output directory, and ${directories.length} jobs wrote below its prefix, ${directories[0]} among them; collect the right one with vertex-batch collect`,
  );
}

function checkedDirectory(directory: string): string {
  if (!/^gs:\/\/[^/]+\/./.test(directory)) {
    throw new BatchError(
      'InvalidRequest',
      `The job's output lies at ${directory}, which is no directory in Cloud Storage. Adopt a job that writes JSONL to gs://.`,
    );
  }
  return directory;
}
