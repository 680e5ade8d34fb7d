import { createHash } from 'node:crypto';
import { BatchError } from '../domain/batch-error';
import { commitOnce, readJson } from '../rows/commits';
import { planRanges } from '../rows/ranges';
import { directoryOf } from '../rows/work-paths';
import { acceptReprocessRequest, type AcceptedReprocessRequest } from '../schemas/reprocess-request';
import type { Attempt, RowGateways } from './attempt';
import type { AcceptedRun, FoundResults, ReadManifestInput } from './contract';
import type { Manifest } from './finish-run';
import type { ResultRanges } from './process-range';

/**
 * Finds the results that a run's manifest names, cuts them into ranges and notes those for the pass.
 * @throws {BatchError} `InvalidRequest` where the request or the manifest isn't one
 */
export async function readManifest(
  { store, timing }: RowGateways & { readonly timing: AcceptedRun['timing'] },
  input: ReadManifestInput,
  { signal }: Attempt,
): Promise<FoundResults> {
  const request = checked(input.request);
  const manifest = checkedManifest(
    request.manifest,
    await readJson<Partial<Manifest>>(store, request.manifest, { signal }),
  );
  const handlerName = request.handlerName ?? manifest.handler?.name;
  if (handlerName === undefined) {
    throw new BatchError('InvalidRequest', `the run of ${request.manifest} had no handler; name one`);
  }
  const results = manifest.files.filter(({ purpose }) => purpose === 'results');
  const key = sha256(input.execution).slice(0, 32);
  const directory = `${directoryOf(request.manifest)}reprocess/${request.pass ?? key.slice(0, 8)}/`;
  const plan: ResultRanges = { part: 0, results, ranges: planRanges(results.map(({ bytes }) => ({ size: bytes }))) };
  const settledUri = `${directory}plan-${sha256(JSON.stringify(plan)).slice(0, 12)}.json`;
  const { record } = await commitOnce(store, settledUri, plan, { signal });
  return {
    run: { directory, key, execution: input.execution },
    of: directoryOf(request.manifest),
    manifest: request.manifest,
    handlerName,
    deadlineMs: request.deadlineMs,
    timing,
    settledUri,
    ranges: record.ranges.length,
    results: {
      files: results.length,
      rows: results.reduce((sum, { rows }) => sum + rows, 0),
      bytes: results.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  };
}

function checked(request: unknown): AcceptedReprocessRequest {
  try {
    return acceptReprocessRequest(request);
  } catch (error) {
    if (error instanceof TypeError) throw new BatchError('InvalidRequest', error.message, { cause: error });
    throw error;
  }
}

function checkedManifest(uri: string, manifest: Partial<Manifest>): Manifest {
  if (manifest.format !== 1 || !Array.isArray(manifest.files)) {
    throw new BatchError('InvalidRequest', `${uri} is no manifest of a run: it has no format 1 and files`);
  }
  if (manifest.reprocessed !== undefined) {
    throw new BatchError(
      'InvalidRequest',
      `${uri} tells of a handler's pass, which has no results of its own; name ${manifest.reprocessed}`,
    );
  }
  return manifest as Manifest;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
