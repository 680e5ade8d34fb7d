import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore } from '../gateways/object-store';
import type { BatchResult } from '../messages';
import { type DataObject, findRecord, nonce, readJson } from '../rows/commits';
import { readPlan } from '../rows/plan';
import { joinObjects, publish } from '../rows/publish';
import type { OutputProblem, SettledRecord } from '../rows/records';
import type { SourceFile } from '../rows/sources';
import type { Attempt, RowGateways } from './attempt';
import type { FinishedRun, FinishRunInput, HandlerReference } from './contract';
import { joinParts } from './join-parts';
import { packageVersion } from './package-version';
import { progressDirectory, type ResultRanges } from './process-range';
import { rejectedObjects } from './range-progress';

/** Content of `manifest.json`: what a run gave, for as long as the bucket keeps it. */
export interface Manifest {
  readonly format: 1;
  readonly package: { readonly name: string; readonly version: string };
  readonly execution: string;
  /** Of a pass of `reprocess`: the manifest whose results a handler was run over. */
  readonly reprocessed?: string;
  /** The handler that had the rows, if one had. */
  readonly handler?: HandlerReference | null;
  readonly result: BatchResult;
  readonly plan: { readonly uri: string; readonly digest: string; readonly sources: readonly SourceFile[] } | null;
  readonly files: readonly ManifestFile[];
  /** What didn't add up, by part. */
  readonly imbalances: readonly string[];
  /** The first few lines of the outputs that aren't rows of the run. */
  readonly problems: readonly OutputProblem[];
}

export interface ManifestFile extends DataObject {
  readonly purpose: 'results' | 'errors' | 'dead-letters' | 'rejected';
}

const MAX_TRIES = 5;
/** Lines of the outputs that the manifest names. */
const KEPT_PROBLEMS = 100;

/** Writes `rejected.jsonl` and the manifest, and only then deletes what nobody needs any more. */
export async function finishRun({ store }: RowGateways, input: FinishRunInput, attempt: Attempt): Promise<FinishedRun> {
  const { signal } = attempt;
  const { directory } = input.run;
  const manifestUri = `${directory}manifest.json`;
  const closed = await closedWithMore(store, manifestUri, input, attempt);
  if (closed !== undefined) return finishedBefore(manifestUri, closed);
  const settled: SettledRecord[] = [];
  for (const uri of input.settledUris) settled.push(await readJson<SettledRecord>(store, uri, { signal }));
  const rejected = await writeRejected(store, input, settled, attempt);
  const { errors, deadLetters } = await joinParts(store, input, settled, attempt);
  const manifest: Manifest = {
    format: 1,
    package: packageVersion(),
    execution: input.run.execution,
    handler: input.handler,
    result: {
      ...input.result,
      errors: errors?.uri ?? null,
      deadLetters: deadLetters?.uri ?? null,
      rejected: rejected?.uri ?? null,
      manifest: manifestUri,
    },
    plan: await planOf(store, input, attempt),
    files: [
      ...settled.flatMap(({ results }) => results.map((file) => ({ purpose: 'results' as const, ...file }))),
      ...(errors === null ? [] : [{ purpose: 'errors' as const, ...errors }]),
      ...(deadLetters === null ? [] : [{ purpose: 'dead-letters' as const, ...deadLetters }]),
      ...(rejected === null ? [] : [{ purpose: 'rejected' as const, ...rejected }]),
    ],
    imbalances: settled.flatMap(({ part, settled: { imbalances } }) =>
      imbalances.map((text) => `part ${part}: ${text}`),
    ),
    problems: settled.flatMap(({ problems }) => problems).slice(0, KEPT_PROBLEMS),
  };
  await replace(store, manifestUri, JSON.stringify(manifest, null, 2), attempt);
  await deleteLeftovers(store, directory, manifest, attempt);
  const { result } = manifest;
  return {
    manifest: manifestUri,
    rejectedUri: result.rejected,
    rejected: rejected?.rows ?? 0,
    errorsUri: result.errors,
    deadLettersUri: result.deadLetters,
  };
}

/**
 * What this execution has closed with before, where that tells of more answers: a run that is reset into its middle doesn't find what
 * it had collected, since that was scratch, and must not take away what it gave.
 */
async function closedWithMore(
  store: ObjectStore,
  manifestUri: string,
  { run, handler, result }: FinishRunInput,
  { signal }: Attempt,
): Promise<Manifest | undefined> {
  const standing = await findRecord<Manifest>(store, manifestUri, { signal });
  if (standing?.execution !== run.execution) return undefined;
  const isSameHandler = standing.handler?.name === handler?.name && standing.handler?.version === handler?.version;
  return isSameHandler && standing.result.rows.answered > result.rows.answered ? standing : undefined;
}

function finishedBefore(manifest: string, { result, files }: Manifest): FinishedRun {
  return {
    manifest,
    rejectedUri: result.rejected,
    rejected: files.find(({ purpose }) => purpose === 'rejected')?.rows ?? 0,
    errorsUri: result.errors,
    deadLettersUri: result.deadLetters,
    closedBefore: result,
  };
}

/** Joins what was rejected in all ranges into `rejected.jsonl`; null where nothing was. */
export async function writeRejected(
  store: ObjectStore,
  { run, handler }: Pick<FinishRunInput, 'run' | 'handler'>,
  settled: readonly ResultRanges[],
  attempt: Attempt,
): Promise<DataObject | null> {
  if (handler === null) return null;
  const objects: DataObject[] = [];
  for (const { results, ranges } of settled) {
    for (const range of ranges) {
      attempt.heartbeat();
      const file = results[range.file];
      if (file === undefined) continue;
      objects.push(...(await rejectedObjects(store, progressDirectory(run, handler.name, file, range))));
    }
  }
  const [first, ...others] = objects;
  if (first === undefined) return null;
  const { signal } = attempt;
  const prefix = `${run.directory}work/${run.execution}-finish-${nonce()}`;
  const joined = await joinObjects(store, [first, ...others], prefix, { signal });
  return publish(store, joined, `${run.directory}rejected.jsonl`, { signal });
}

async function planOf(store: ObjectStore, { planUri }: FinishRunInput, { signal }: Attempt): Promise<Manifest['plan']> {
  if (planUri === null) return null;
  const { digest, sources } = await readPlan(store, planUri, { signal });
  return { uri: planUri, digest, sources };
}

/** Replaces what an earlier attempt or execution wrote. */
export async function replace(store: ObjectStore, uri: string, content: string, { signal }: Attempt): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const standing = await store.find(uri, { signal });
    const ifGenerationMatch = standing?.generation ?? 0;
    try {
      await store.write(uri, content, { ifGenerationMatch, contentType: 'application/json', signal });
      return;
    } catch (error) {
      if (!isGatewayError(error, 'precondition') || tries === MAX_TRIES) throw error;
    }
  }
}

/**
 * Staged copies, work data and lasting files of an earlier execution that the manifest doesn't name. The small records of
 * sources and of settling stay, for a run that is reset after its end.
 */
async function deleteLeftovers(store: ObjectStore, directory: string, manifest: Manifest, attempt: Attempt) {
  const named = new Set(manifest.files.map(({ uri }) => uri));
  const isRecord = (uri: string) => /\/(sources|settled-p\d+|joined)-[0-9a-f]+\.json$/.test(uri);
  await deleteAll(store, `${directory}staged/`, () => true, attempt);
  await deleteAll(store, `${directory}work/`, (uri) => !isRecord(uri), attempt);
  for (const name of ['results/', 'errors', 'dead-letters', 'rejected']) {
    await deleteAll(store, `${directory}${name}`, (uri) => !named.has(uri) && uri.endsWith('.jsonl'), attempt);
  }
}

async function deleteAll(store: ObjectStore, prefix: string, isLeftover: (uri: string) => boolean, attempt: Attempt) {
  for await (const { uri } of store.list(prefix, { signal: attempt.signal })) {
    attempt.heartbeat();
    if (isLeftover(uri)) await store.delete(uri);
  }
}
