import { createHash } from 'node:crypto';
import type { Attempt } from '../activities/attempt';
import type { SettledPart, SettlePartInput } from '../activities/contract';
import type { SourceFile, Sources } from '../rows/sources';
import { finishRun, type Manifest } from '../activities/finish-run';
import { settlePart } from '../activities/settle-part';
import type { RunReference } from '../domain/accepted-request';
import { isInBigQuery } from '../domain/bigquery-uri';
import type { PriceTable } from '../domain/price-table';
import type { ObjectStore } from '../gateways/object-store';
import type { StoredTable, TableStore } from '../gateways/table-store';
import type { BatchResult } from '../messages';
import { readJson } from '../rows/commits';
import { type Plan, planUri } from '../rows/plan';
import { planRanges } from '../rows/ranges';
import type { OutputProblem } from '../rows/records';
import { collectDirectory } from './collect-directory';
import { collectedResult } from './collected-result';
import { findInput } from './find-input';
import { copyInputs, copyOutput, findTables } from './named-tables';
import { findOutputDirectories, type OutputDirectory } from './find-output-directories';
import { planInput } from './plan-input';
import { type CollectThreads, withRangeThreads } from './range-threads';
import { deleteBelow, removeTraces, standingIn, targetDirectory } from './target-directory';

export interface CollectRequest {
  /** Files, directories, prefixes, wildcards, `bq://` tables. */
  readonly outputs: readonly string[];
  readonly input: readonly string[];
  /** Where results are written: a directory, or `gs://bucket/prefix`. */
  readonly to: string;
  readonly keyField: string | null;
}

/** How far it is within a phase. */
export interface CollectProgress {
  readonly phase: 'reading tables' | 'reading input' | 'collecting' | 'settling';
  /** Of tables, rows are counted. */
  readonly unit: 'rows' | 'bytes';
  readonly done: number;
  /** 0 where nobody knows. */
  readonly of: number;
}

export interface CollectGateways {
  readonly store: ObjectStore;
  /** BigQuery, asked for at the first table. */
  readonly tables: () => TableStore;
  readonly prices: PriceTable;
  /** Lent to what is worth them. */
  readonly threads: CollectThreads;
}

export interface Collected {
  readonly result: BatchResult;
  /** It stood there already: the same outputs and input were collected before. */
  readonly stood: boolean;
  /** Rows of the outputs that are none of the input's. */
  readonly strangers: number;
  readonly duplicates: number;
  /** The first few lines of the outputs that aren't rows of the input. */
  readonly problems: readonly OutputProblem[];
}

/**
 * What a run does after its jobs have ended, for jobs that ended elsewhere: joins, accounts, writes results, errors, dead letters and
 * the manifest. An interrupted one leaves nothing; one that was killed is taken up by the same call.
 * @throws {BatchError} before anything is written for input, outputs or a target that can't be used
 */
export async function collectOutputs(
  gateways: CollectGateways,
  request: CollectRequest,
  attempt: Attempt,
  onPhase: (progress: CollectProgress) => void = () => {},
): Promise<Collected> {
  const { store } = gateways;
  const { signal } = attempt;
  const directory = targetDirectory(request.to);
  const named = await findNamed(gateways, request, directory, signal);
  const run = referenceOf(directory, named, request.keyField);
  const standing = await standingIn(store, run, { signal });
  if (standing.kind === 'finished') return collectedBefore(standing.manifest);
  try {
    if (named.inputTables.length > 0) onPhase(tablesToRead(named.inputTables));
    const input = await withCopies(gateways, named, directory, attempt);
    const { outputs, outputTables } = named;
    const collecting = { run, input, outputs, outputTables, keyField: request.keyField };
    return await collectAnew(gateways, collecting, attempt, onPhase);
  } catch (error) {
    await withdraw(store, directory);
    throw error;
  }
}

/** What the names of a request stand for; tables aren't read yet. */
interface Named {
  readonly input: Sources;
  readonly outputs: readonly OutputDirectory[];
  readonly inputTables: readonly StoredTable[];
  readonly outputTables: readonly StoredTable[];
}

const NO_FILES: Sources = { files: [], ranges: [] };

async function findNamed(
  { store, tables }: CollectGateways,
  { input, outputs }: CollectRequest,
  directory: string,
  signal: AbortSignal,
): Promise<Named> {
  const inputFiles = input.filter((name) => !isInBigQuery(name));
  const outputFiles = outputs.filter((name) => !isInBigQuery(name));
  return {
    inputTables: await findTables(tables, 'Input', input, signal),
    outputTables: await findTables(tables, 'Output', outputs, signal),
    input: inputFiles.length === 0 ? NO_FILES : await findInput({ store, signal }, inputFiles),
    outputs: await findOutputDirectories({ store, signal }, outputFiles, directory),
  };
}

/** The input with its tables as files, which are read like any others. */
async function withCopies(
  gateways: CollectGateways,
  { input, inputTables }: Named,
  directory: string,
  attempt: Attempt,
): Promise<Sources> {
  const copies = await copyInputs(gateways, inputTables, directory, attempt);
  if (copies.length === 0) return input;
  const files = [...input.files, ...copies];
  return { files, ranges: planRanges(files, { spanFiles: true }) };
}

/** Nothing half-written stays; a result that is whole does. */
async function withdraw(store: ObjectStore, directory: string): Promise<void> {
  try {
    if ((await store.find(`${directory}manifest.json`)) === undefined) await removeTraces(store, directory);
  } catch {
    // the failure that led here is the one to tell; the same call takes up what stands
  }
}

interface Collecting extends Pick<Named, 'input' | 'outputs' | 'outputTables'> {
  readonly run: RunReference;
  readonly keyField: string | null;
}

async function collectAnew(
  gateways: CollectGateways,
  collecting: Collecting,
  attempt: Attempt,
  onPhase: (progress: CollectProgress) => void,
): Promise<Collected> {
  const { store, prices } = gateways;
  const { run, outputTables } = collecting;
  const begun = Date.now();
  const { plan, rounds } = await readRanges(gateways, collecting, attempt, onPhase);
  onPhase({ phase: 'settling', unit: 'bytes', done: 0, of: 0 });
  const place = { run, planUri: planUri(run), part: 1, handler: null };
  const tables = outputTables.length === 0 ? undefined : gateways.tables();
  const settled = await settlePart({ store, tables, prices }, { ...place, rounds, final: true }, attempt);
  const result = collectedResult({ directory: run.directory, begun, plan, rounds, settled });
  return finish(store, run, { settled, result }, attempt);
}

/** Reads the input, then the outputs, on as many threads as they are worth. */
function readRanges(
  gateways: CollectGateways,
  { run, input, outputs, outputTables, keyField }: Collecting,
  attempt: Attempt,
  onPhase: (progress: CollectProgress) => void,
): Promise<{ readonly plan: Plan; readonly rounds: SettlePartInput['rounds'] }> {
  const { store, threads } = gateways;
  const inputBytes = sizeOf(input.files);
  const outputBytes = sizeOf(filesOf(outputs)) + outputTables.reduce((sum, { bytes }) => sum + bytes, 0);
  return withRangeThreads(store, threads, inputBytes + outputBytes, attempt, async (lent) => {
    const worker = { store, threads: lent };
    onPhase({ phase: 'reading input', unit: 'bytes', done: 0, of: inputBytes });
    const plan = await planInput(worker, { run, sources: input, keyField }, attempt);
    const found = [...outputs];
    if (outputTables.length > 0) onPhase(tablesToRead(outputTables));
    for (const table of outputTables)
      found.push(await copyOutput(gateways, table, { directory: run.directory, plan }, attempt));
    onPhase({ phase: 'collecting', unit: 'bytes', done: 0, of: sizeOf(filesOf(found)) });
    const rounds: SettlePartInput['rounds'][number][] = [];
    for (const [position, output] of found.entries()) {
      rounds.push(await collectDirectory(worker, { run, planUri: planUri(run) }, output, position + 1, attempt));
    }
    return { plan, rounds };
  });
}

function tablesToRead(tables: readonly StoredTable[]): CollectProgress {
  return { phase: 'reading tables', unit: 'rows', done: 0, of: tables.reduce((sum, { rows }) => sum + rows, 0) };
}

function filesOf(outputs: readonly OutputDirectory[]): readonly SourceFile[] {
  return outputs.flatMap(({ files }) => files);
}

async function finish(
  store: ObjectStore,
  run: RunReference,
  { settled, result }: { readonly settled: SettledPart; readonly result: BatchResult },
  attempt: Attempt,
): Promise<Collected> {
  const { signal } = attempt;
  const settledUris = settled.settledUri === null ? [] : [settled.settledUri];
  const ending = { run, result, settledUris, handler: null, planUri: planUri(run) };
  const { manifest } = await finishRun({ store }, ending, attempt);
  const written = await readJson<Manifest>(store, manifest, { signal });
  await deleteBelow(store, `${run.directory}work/`, { signal });
  const { strangers, duplicates } = settled;
  return { result: written.result, stood: false, strangers, duplicates, problems: written.problems };
}

function collectedBefore({ result, problems }: Manifest): Collected {
  return { result, stood: true, strangers: 0, duplicates: 0, problems };
}

/** The same outputs, input and key are the same collect. */
function referenceOf(directory: string, named: Named, keyField: string | null): RunReference {
  const { input, outputs, inputTables, outputTables } = named;
  const content = ({ uri, size, crc32c }: SourceFile) => [uri, size, crc32c];
  const version = ({ uri, lastModified, rows }: StoredTable) => [uri, lastModified, rows];
  const tables = [inputTables.map(version), outputTables.map(version)];
  const identity = [
    input.files.map(content),
    outputs.map(({ files }) => files.map(content)),
    keyField,
    ...(tables.flat().length > 0 ? [tables] : []),
  ];
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
  return { directory, key, execution: `collect-${key.slice(0, 16)}` };
}

function sizeOf(files: readonly SourceFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
