import { randomBytes } from 'node:crypto';
import type { Attempt } from '../activities/attempt';
import type { SourceFile, Sources } from '../activities/contract';
import { planParts } from '../activities/plan-parts';
import { resolveInput } from '../activities/resolve-input';
import { validateRange } from '../activities/validate-range';
import type { RunReference } from '../domain/accepted-request';
import type { AcceptedValidation } from '../domain/accepted-validation';
import type { ValidationProblem } from '../domain/validation-problem';
import type { ValidationRule } from '../domain/validation-rules';
import type { ObjectStore } from '../gateways/object-store';
import { readJson } from '../rows/commits';
import { readLines } from '../rows/lines';
import { mergeValidation, type MergedValidation } from '../rows/merged-validation';
import { planRanges } from '../rows/ranges';
import { validationDirectory } from '../rows/validated-range';
import type { GivenInput } from './given-input';
import { inputErrors, type RuleCount, type RuleCounts, type ValidationReport } from './report';
import type { ScratchStore } from './scratch-store';

export interface ValidationProgress {
  readonly bytes: number;
  readonly of: number;
  readonly rows: number;
  readonly errors: number;
}

export interface SourceOptions {
  readonly keyField: string | null;
  /** Its `maxProblems` bounds the report's problems. */
  readonly validation: AcceptedValidation;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: ValidationProgress) => void;
}

export interface FoundSources {
  readonly run: RunReference;
  readonly sourcesUri: string;
  readonly sources: Sources;
}

/** Finds the input as the worker does; files of this machine come first. */
export async function findSources(
  store: ScratchStore,
  input: GivenInput,
  { signal }: Pick<SourceOptions, 'signal'>,
): Promise<FoundSources> {
  const run: RunReference = { directory: store.prefix, key: randomBytes(16).toString('hex'), execution: 'validate' };
  const found: SourceFile[] = input.local
    .filter(({ size }) => size > 0)
    .map(({ uri, size }) => ({ uri, size, generation: '1', crc32c: '', updated: '' }));
  if (input.remote.length > 0) {
    const resolved = await resolveInput({ store }, { run, input: input.remote }, attemptOf(signal));
    found.push(...(await readJson<Sources>(store, resolved.sourcesUri)).files);
  }
  const sources: Sources = { files: found, ranges: planRanges(found, { spanFiles: true }) };
  const sourcesUri = `${store.prefix}sources.json`;
  await store.write(sourcesUri, JSON.stringify(sources));
  return { run, sourcesUri, sources };
}

/** Validates by the very activities of a run. */
export async function validateSources(
  store: ScratchStore,
  { run, sourcesUri, sources }: FoundSources,
  { keyField, validation, signal, onProgress = () => {} }: SourceOptions,
): Promise<ValidationReport> {
  const attempt = attemptOf(signal);
  const done = { bytes: 0, of: sources.files.reduce((sum, { size }) => sum + size, 0), rows: 0, errors: 0 };
  store.onInputRead = (bytes) => {
    done.bytes = Math.min(done.of, done.bytes + bytes);
    onProgress({ ...done });
  };
  for (const range of sources.ranges.keys()) {
    const { rows, errors } = await validateRange({ store }, { run, sourcesUri, range, keyField }, attempt);
    done.rows += rows;
    done.errors += errors;
  }
  const planned = await planParts({ store }, { run, sourcesUri, keyField }, attempt);
  const merged = await mergeValidation(store, sources, validationDirectory(run, sourcesUri, keyField));
  const listed = await readReport(store, planned.validationUri);
  const rules = countsOf(listed);
  const quarantined = validation.onError === 'quarantine' ? merged.rows - merged.soundRows : 0;
  const errorsThatStay = validation.onError === 'quarantine' ? inputErrors(rules) : planned.errors;
  return {
    valid: errorsThatStay === 0 && planned.refusal === null && quarantined < planned.rows,
    rows: planned.rows,
    bytes: planned.bytes,
    files: filesOf(merged),
    errors: planned.errors,
    warnings: planned.warnings,
    rules,
    quarantined,
    problems: listed.slice(0, validation.maxProblems),
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

async function readReport(store: ObjectStore, uri: string | null): Promise<ValidationProblem[]> {
  const problems: ValidationProblem[] = [];
  if (uri === null) return problems;
  for await (const { content } of readLines(store.read(uri))) {
    const line = JSON.parse(String(content)) as ValidationProblem | { readonly summary: unknown };
    if ('rule' in line) problems.push(line);
  }
  return problems;
}

function countsOf(problems: readonly ValidationProblem[]): RuleCounts {
  const counts: Partial<Record<ValidationRule, RuleCount>> = {};
  for (const { rule, severity } of problems) {
    const { errors, warnings } = counts[rule] ?? { errors: 0, warnings: 0 };
    counts[rule] = severity === 'error' ? { errors: errors + 1, warnings } : { errors, warnings: warnings + 1 };
  }
  return counts;
}

function attemptOf(signal: AbortSignal): Attempt {
  return { signal, log: SILENT, heartbeat: () => {} };
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
