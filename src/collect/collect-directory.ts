import type { Attempt } from '../activities/attempt';
import type { SettlePartInput } from '../activities/contract';
import type { RunReference } from '../domain/accepted-request';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce } from '../rows/commits';
import { inParallel } from '../rows/in-parallel';
import { planRanges } from '../rows/ranges';
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
  { uri, files }: OutputDirectory,
  round: number,
  { signal }: Pick<Attempt, 'signal'>,
): Promise<SettlePartInput['rounds'][number]> {
  const job = endedJob(uri);
  const outputs: JobOutputs = { job: job.name, endedWell: false, files, ranges: planRanges(files) };
  const outputsUri = `${handlerDirectory(run, null)}p1-r${round}/outputs.json`;
  const { ranges } = (await commitOnce(store, outputsUri, outputs, { signal })).record;
  const place = { run, planUri, outputsUri, part: 1, round, handler: null };
  await inParallel(ranges.length, RANGES_AT_A_TIME * threads.size, (range) =>
    threads.perform({ kind: 'collect', input: { ...place, range } }),
  );
  return { round, outputsUri, job };
}
