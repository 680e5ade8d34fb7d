import type { Attempt } from '../activities/attempt';
import type { SettlePartInput } from '../activities/contract';
import type { SourceFile } from '../rows/sources';
import type { RunReference } from '../domain/accepted-request';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce } from '../rows/commits';
import { inParallel } from '../rows/in-parallel';
import { planRanges, WORTH_AN_ACTIVITY_BYTES } from '../rows/ranges';
import type { JobOutputs } from '../rows/records';
import { handlerDirectory } from '../rows/work-paths';
import { endedJob } from './collected-result';
import type { OutputDirectory } from './find-output-directories';
import type { RangeThreads } from './range-threads';

/** Of each thread: one reads while the other waits; more are no faster, and each holds a scanner and chunks. */
const RANGES_AT_A_TIME = 2;

/** What the rows are joined with. */
export interface PlannedInput {
  readonly run: RunReference;
  readonly planUri: string;
}

/** Collects one directory as a round of its own: of what several have for a row the best counts, once. */
export async function collectDirectory(
  { store, threads }: { readonly store: ObjectStore; readonly threads: RangeThreads },
  { run, planUri }: PlannedInput,
  { uri, ...found }: OutputDirectory,
  round: number,
  { signal }: Pick<Attempt, 'signal'>,
): Promise<SettlePartInput['rounds'][number]> {
  const job = endedJob(uri);
  const ranges = planRanges(found.files, { minimumBytes: worthARange(found.files, threads.size) });
  const outputs: JobOutputs = { job: job.name, endedWell: false, ...found, ranges };
  const outputsUri = `${handlerDirectory(run, null)}p1-r${round}/outputs.json`;
  const { record } = await commitOnce(store, outputsUri, outputs, { signal });
  const place = { run, planUri, outputsUri, part: 1, round, handler: null };
  await inParallel(record.ranges.length, RANGES_AT_A_TIME * threads.size, (range) =>
    threads.perform({ kind: 'collect', input: { ...place, range } }),
  );
  return { round, outputsUri, job };
}

/** Ranges of files of this machine a thread, so that threads end at about the same time. */
const RANGES_PER_THREAD = 2;
const MOST_BYTES = 512_000_000;

/**
 * Bytes that a range is to have, at least. Of Cloud Storage several are read at a time. Files are read as fast by one as by several,
 * and what ranges write is joined by copying it.
 */
function worthARange(files: readonly SourceFile[], threads: number): number {
  const bytes = files.reduce((sum, { uri, size }) => sum + (uri.startsWith('gs://') ? 0 : size), 0);
  const share = threads === 1 ? bytes : bytes / (threads * RANGES_PER_THREAD);
  return Math.max(WORTH_AN_ACTIVITY_BYTES, Math.min(MOST_BYTES, Math.ceil(share)));
}
