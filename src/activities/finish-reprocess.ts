import { readJson } from '../rows/commits';
import type { Attempt, RowGateways } from './attempt';
import type { FinishedRun, FinishReprocessInput } from './contract';
import { type Manifest, replace, writeRejected } from './finish-run';
import { packageVersion } from './package-version';
import type { ResultRanges } from './process-range';

/** Writes what a handler's pass over finished results came to, beside its records. */
export async function finishReprocess(
  { store }: RowGateways,
  input: FinishReprocessInput,
  attempt: Attempt,
): Promise<FinishedRun> {
  const { directory, execution } = input.run;
  const ranges = await readJson<ResultRanges>(store, input.settledUri, { signal: attempt.signal });
  const rejected = await writeRejected(store, input, [ranges], attempt);
  const manifestUri = `${directory}manifest.json`;
  const manifest: Manifest = {
    format: 1,
    package: packageVersion(),
    execution,
    reprocessed: input.reprocessed,
    handler: input.handler,
    result: { ...input.result, rejected: rejected?.uri ?? null, manifest: manifestUri },
    plan: null,
    files: rejected === null ? [] : [{ purpose: 'rejected', ...rejected }],
    imbalances: [],
    problems: [],
  };
  await replace(store, manifestUri, JSON.stringify(manifest, null, 2), attempt);
  return { manifest: manifestUri, rejectedUri: rejected?.uri ?? null, rejected: rejected?.rows ?? 0 };
}
