import { randomBytes } from 'node:crypto';
import type { Attempt } from '../../activities/attempt';
import type { SourceFile, Sources } from '../../activities/contract';
import { planParts } from '../../activities/plan-parts';
import { resolveInput } from '../../activities/resolve-input';
import { validateRange } from '../../activities/validate-range';
import type { RunReference } from '../../domain/accepted-request';
import { BatchError } from '../../domain/batch-error';
import type { ValidationProblem } from '../../domain/validation-problem';
import type { ObjectStore } from '../../gateways/object-store';
import type { BatchReason } from '../../messages';
import { readJson } from '../../rows/commits';
import { readLines } from '../../rows/lines';
import { mergeValidation, type MergedValidation } from '../../rows/merged-validation';
import { planRanges } from '../../rows/ranges';
import { validationDirectory } from '../../rows/validated-range';
import type { GivenInput } from './local-input';
import { ScratchStore } from './scratch-store';

/** What `validate --json` prints. */
export interface ValidationReport {
  readonly valid: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly files: readonly { readonly uri: string; readonly rows: number }[];
  readonly errors: number;
  readonly warnings: number;
  /** The first ones, in file order. */
  readonly problems: readonly ValidationProblem[];
  /** Why sound rows still don't make a run, such as a job's limits. */
  readonly refusal: BatchReason | null;
}

export interface ValidateOptions {
  readonly keyField: string | null;
  readonly maxProblems: number;
  readonly remote: () => ObjectStore;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: { readonly bytes: number; readonly of: number }) => void;
}

/** Validates as a run does, by the very activities of one; `text` reads a line of the input again. */
export async function validateInput<Value>(
  input: GivenInput,
  options: ValidateOptions,
  use: (report: ValidationReport, textOf: (problem: ValidationProblem) => Promise<string>) => Promise<Value>,
): Promise<Value> {
  const store = await ScratchStore.create(input.local, options.remote);
  try {
    const run: RunReference = { directory: store.prefix, key: randomBytes(16).toString('hex'), execution: 'validate' };
    const attempt: Attempt = { signal: options.signal, log: SILENT, heartbeat: () => {} };
    const sourcesUri = await findSources(store, run, input, attempt);
    const sources = await readJson<Sources>(store, sourcesUri);
    if (sources.files.length === 0) throw emptyInput(input);
    return await use(await report(store, { run, sourcesUri, sources }, options, attempt), (problem) =>
      lineAt(store, sources, problem),
    );
  } finally {
    await store.dispose();
  }
}

/** As the worker finds them; files of this machine come first. */
async function findSources(
  store: ScratchStore,
  run: RunReference,
  input: GivenInput,
  attempt: Attempt,
): Promise<string> {
  const found: SourceFile[] = input.local
    .filter(({ size }) => size > 0)
    .map(({ uri, size }) => ({ uri, size, generation: '1', crc32c: '', updated: '' }));
  if (input.remote.length > 0) {
    const resolved = await resolveInput({ store }, { run, input: input.remote }, attempt);
    found.push(...(await readJson<Sources>(store, resolved.sourcesUri)).files);
  }
  const sources: Sources = { files: found, ranges: planRanges(found, { spanFiles: true }) };
  const uri = `${store.prefix}sources.json`;
  await store.write(uri, JSON.stringify(sources));
  return uri;
}

interface Found {
  readonly run: RunReference;
  readonly sourcesUri: string;
  readonly sources: Sources;
}

async function report(
  store: ScratchStore,
  { run, sourcesUri, sources }: Found,
  { keyField, maxProblems, onProgress }: ValidateOptions,
  attempt: Attempt,
): Promise<ValidationReport> {
  const of = sources.files.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  for (const [range, { from, to }] of sources.ranges.entries()) {
    await validateRange({ store }, { run, sourcesUri, range, keyField }, attempt);
    bytes += to - from;
    onProgress?.({ bytes: Math.min(bytes, of), of });
  }
  const planned = await planParts({ store }, { run, sourcesUri, keyField }, attempt);
  const merged = await mergeValidation(store, sources, validationDirectory(run, sourcesUri, keyField));
  return {
    valid: planned.errors === 0 && planned.refusal === null,
    rows: planned.rows,
    bytes: planned.bytes,
    files: filesOf(merged),
    errors: planned.errors,
    warnings: planned.warnings,
    problems: await firstProblems(store, planned.validationUri, maxProblems),
    refusal: planned.refusal,
  };
}

function filesOf({ sources, records }: MergedValidation): ValidationReport['files'] {
  const pieces = records.flatMap((record) => record.pieces);
  return sources.files.map(({ uri }, file) => ({
    uri,
    rows: pieces.reduce((sum, piece) => sum + (piece.file === file ? piece.lines : 0), 0),
  }));
}

async function firstProblems(store: ObjectStore, uri: string | null, limit: number): Promise<ValidationProblem[]> {
  const problems: ValidationProblem[] = [];
  if (uri === null) return problems;
  for await (const { content } of readLines(store.read(uri))) {
    const line = JSON.parse(String(content)) as ValidationProblem | { readonly summary: unknown };
    if ('summary' in line || problems.length >= limit) break;
    problems.push(line);
  }
  return problems;
}

/** Beyond this, a line is shown as far as it is read. */
const SHOWN_BYTES = 1_000_000;

async function lineAt(store: ObjectStore, { files }: Sources, { uri, byte }: ValidationProblem): Promise<string> {
  const source = files.find((file) => file.uri === uri);
  const to = Math.min(source?.size ?? 0, byte + SHOWN_BYTES);
  for await (const { content } of readLines(store.read(uri, { from: byte, to }), { from: byte })) {
    return String(content ?? '');
  }
  return '';
}

function emptyInput({ local }: GivenInput): BatchError {
  return new BatchError(
    'InvalidInput',
    `Input ${local.map(({ uri }) => uri).join(', ')} is empty: it must have one request a line.`,
  );
}

const nothing = () => undefined;
const SILENT: Attempt['log'] = {
  log: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
};
