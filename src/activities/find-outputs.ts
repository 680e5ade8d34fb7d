import { BatchError } from '../domain/batch-error';
import { outputKindOf } from '../domain/output-names';
import type { StoredObject } from '../gateways/object-store';
import { commitOnce } from '../rows/commits';
import { type PlanRangesOptions, planRanges } from '../rows/ranges';
import { toSourceFile } from '../rows/source-file';
import type { JobOutputs } from '../rows/records';
import { claimOutputPrefix, directoryOf, roundDirectory, handlerDirectory } from '../rows/work-paths';
import type { Attempt, RowGateways } from './attempt';
import type { FindOutputsInput, FoundOutputs, SourceFile, VertexJob } from './contract';

/** Below a claim's prefix the service makes one directory, whose name has a time that nobody can foretell. */
const OUTPUT_DIRECTORY = /^prediction-[^/]+\//;

/** Finds what an ended job wrote, as its generations are now, and notes it once. No files is an answer, too. */
export async function findOutputs(
  { store }: RowGateways,
  { run, claim, job, outputUri, handler, maximumRanges }: FindOutputsInput,
  attempt: Attempt,
  ranging: PlanRangesOptions = {},
): Promise<FoundOutputs> {
  const { signal } = attempt;
  const found: { readonly name: string; readonly object: StoredObject }[] = [];
  const own = outputUri ?? claimOutputPrefix(run, claim);
  const place = job.outputDirectory === null ? own : withSlash(checkedDirectory(job.outputDirectory));
  if (!place.startsWith(own)) {
    attempt.log.warn(`${job.name} wrote to ${place}, outside of ${own}: its rows are joined all the same.`);
  }
  for await (const object of store.list(place, { signal })) {
    attempt.heartbeat();
    const below = object.uri.slice(place.length);
    found.push({ name: job.outputDirectory === null ? below.replace(OUTPUT_DIRECTORY, '') : below, object });
  }
  const endedWell = job.state === 'JOB_STATE_SUCCEEDED';
  const files = found.filter(({ name }) => isOutput(name, endedWell)).map(({ object }) => toSourceFile(object));
  refuseSeveral(job, files);
  const bounds = maximumRanges === undefined ? ranging : { maximumRanges, ...ranging };
  const outputs: JobOutputs = { job: job.name, endedWell, files, ranges: planRanges(files, bounds) };

  const outputsUri = `${roundDirectory(handlerDirectory(run, handler), claim.part, claim.round, job.name)}outputs.json`;
  const { record } = await commitOnce(store, outputsUri, outputs, { signal });
  return {
    outputsUri,
    files: record.files.length,
    bytes: record.files.reduce((sum, file) => sum + file.size, 0),
    ranges: record.ranges.length,
  };
}

function isOutput(name: string, endedWell: boolean): boolean {
  const kind = outputKindOf(name);
  return kind === 'regular' || (kind === 'incremental' && !endedWell);
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

function withSlash(directory: string): string {
  return directory.endsWith('/') ? directory : `${directory}/`;
}
