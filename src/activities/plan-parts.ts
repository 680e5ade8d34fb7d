import { createHash } from 'node:crypto';
import { parseClaimKey } from '../domain/claim-key';
import { limitExceeded, MAX_INPUT_URIS } from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, dataObject, findRecord, nonce, readJson } from '../rows/commits';
import { compareRows, type ComparedRows } from '../rows/compare-rows';
import { changedSources } from '../rows/input-changes';
import { mergeValidation, type MergedValidation } from '../rows/merged-validation';
import { checkVersion, type Plan, type PlanKeys, type PlanPart, planUri } from '../rows/plan';
import { validationDirectory } from '../rows/validated-range';
import { writeReport, type WrittenReport } from '../rows/validation-report';
import type { Attempt, RowGateways } from './attempt';
import type { PlannedPart, PlannedParts, PlanPartsInput, Sources } from './contract';

/** Merges the ranges, checks what concerns the whole input, and writes the plan once; a plan that stands is adopted. */
export async function planParts(
  { store }: RowGateways,
  input: PlanPartsInput,
  attempt: Attempt,
): Promise<PlannedParts> {
  const { run, sourcesUri, keyField } = input;
  const { signal } = attempt;
  const sources = await readJson<Sources>(store, sourcesUri, { signal });
  const standing = await findRecord<Plan>(store, planUri(run), { signal });
  if (standing !== undefined) return adopt(store, input, sources, standing, attempt);

  const merged = await mergeValidation(store, sources, validationDirectory(run, sourcesUri, keyField), { signal });
  const tooLarge = limitExceeded({ ...merged, staged: false });
  if (tooLarge !== undefined) return refuse(store, input, merged, tooLarge, attempt);

  const onProgress = () => attempt.heartbeat();
  const compared = await compareRows(store, merged, keyField, { signal, onProgress });
  const comparing = { problems: compared.problems, ...tally(compared.repeats, keyField) };
  const report = await writeReport(store, reportUri(input), merged, comparing, { signal });
  const errors = merged.errors + comparing.errors;
  const warnings = merged.warnings + comparing.warnings;
  const common = { rows: merged.rows, bytes: merged.bytes, errors, warnings, ...reported(report) };
  if (errors > 0) return { ...common, plan: null, refusal: null };

  const keys = keysOf(compared, sources);
  const stagedTooLarge = limitExceeded({ ...merged, staged: keys.mode === 'staged' });
  if (stagedTooLarge !== undefined) {
    return { ...common, plan: null, refusal: { type: 'TooLarge', message: stagedTooLarge } };
  }
  const plan = await writePlan(store, input, { merged, compared, keys, report, warnings }, signal);
  return { ...common, ...(await planned(store, input, sources, plan, attempt)) };
}

function reportUri({ run }: PlanPartsInput): string {
  return `${run.directory}validation.jsonl`;
}

function reported({ uri, first }: WrittenReport) {
  return { validationUri: uri, firstProblems: first };
}

function tally(repeats: number, keyField: string | null) {
  return keyField === null ? { errors: 0, warnings: repeats } : { errors: repeats, warnings: 0 };
}

async function refuse(
  store: ObjectStore,
  input: PlanPartsInput,
  merged: MergedValidation,
  message: string,
  { signal }: Attempt,
): Promise<PlannedParts> {
  const nothing = { problems: [], errors: 0, warnings: 0 };
  const report = await writeReport(store, reportUri(input), merged, nothing, { signal });
  const { rows, bytes, errors, warnings } = merged;
  return { rows, bytes, errors, warnings, ...reported(report), plan: null, refusal: { type: 'TooLarge', message } };
}

/** How jobs will see the keys of the rows. */
function keysOf({ keyField, repeats, builder }: ComparedRows, { files }: Sources): PlanKeys {
  const reason =
    keyField === null
      ? 'not every row has a key'
      : repeats > 0
        ? `${keyField} isn't unique`
        : !builder.keysAreSafe || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(keyField)
          ? `the service's import may change ${keyField}`
          : files.length > MAX_INPUT_URIS
            ? `there are ${files.length} files`
            : null;
  if (reason !== null) return { field: keyField, mode: 'staged', outputKeyField: 'key', stagedBecause: reason };
  return { field: keyField, mode: 'brought', outputKeyField: keyField ?? 'key', stagedBecause: null };
}

interface Planning {
  readonly merged: MergedValidation;
  readonly compared: ComparedRows;
  readonly keys: PlanKeys;
  readonly report: WrittenReport;
  readonly warnings: number;
}

async function writePlan(store: ObjectStore, input: PlanPartsInput, planning: Planning, signal: AbortSignal) {
  const { merged, keys, report, warnings } = planning;
  const { rows, bytes, sources } = merged;
  const part = await writePart(store, input, planning, signal);
  const plan: Plan = {
    version: 1,
    execution: input.run.execution,
    digest: digestOf(sources, keys, [part]),
    rows,
    bytes,
    warnings,
    validationUri: report.uri,
    sources: sources.files,
    keys,
    parts: [part],
  };
  const { record } = await commitOnce(store, planUri(input.run), plan, { signal });
  return record;
}

async function writePart(
  store: ObjectStore,
  { run }: PlanPartsInput,
  { merged, compared, keys }: Planning,
  signal: AbortSignal,
): Promise<PlanPart> {
  const { index, keyFile } = compared.builder.build();
  const name = `${run.directory}index/p1-${nonce()}`;
  const options = { ifGenerationMatch: 0, contentType: 'application/octet-stream', signal } as const;
  const writtenIndex = await store.write(`${name}.index`, index, options);
  const writtenKeys = await store.write(`${name}.keys`, keyFile, options);
  const asItLies = keys.mode === 'brought';
  return {
    part: 1,
    rows: merged.rows,
    bytes: merged.bytes,
    asItLies,
    uris: asItLies ? merged.sources.files.map(({ uri }) => uri) : [],
    index: dataObject(writtenIndex, merged.rows),
    keyFile: dataObject(writtenKeys, merged.rows),
  };
}

/** Says nothing of names that an attempt made up, nor of generations: the same input gives the same digest. */
function digestOf({ files }: Sources, keys: PlanKeys, parts: readonly PlanPart[]): string {
  const content = {
    sources: files.map(({ uri, size, crc32c }) => ({ uri, size, crc32c })),
    keys,
    parts: parts.map(plannedPart),
  };
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function plannedPart({ part, rows, bytes, asItLies, uris }: PlannedPart): PlannedPart {
  return { part, rows, bytes, asItLies, uris };
}

async function adopt(
  store: ObjectStore,
  input: PlanPartsInput,
  sources: Sources,
  plan: Plan,
  attempt: Attempt,
): Promise<PlannedParts> {
  checkVersion(plan, planUri(input.run));
  const { rows, bytes, warnings, validationUri } = plan;
  const common = { rows, bytes, errors: 0, warnings, validationUri, firstProblems: [] };
  return { ...common, ...(await planned(store, input, sources, plan, attempt)) };
}

async function planned(
  store: ObjectStore,
  { run }: PlanPartsInput,
  sources: Sources,
  plan: Plan,
  { signal }: Attempt,
): Promise<Pick<PlannedParts, 'plan' | 'refusal'>> {
  return {
    plan: {
      uri: planUri(run),
      digest: plan.digest,
      adopted: plan.execution !== run.execution,
      changed: changedSources(plan.sources, sources.files),
      parts: plan.parts.map(plannedPart),
      claimed: await listClaimed(store, run.directory, signal),
    },
    refusal: null,
  };
}

/** Rounds for which a claim stands, highest first. */
async function listClaimed(store: ObjectStore, directory: string, signal: AbortSignal) {
  const prefix = `${directory}claims/`;
  const claimed = new Map<string, { readonly part: number; readonly round: number }>();
  for await (const { uri } of store.list(prefix, { signal })) {
    const name = /^[^./]*/.exec(uri.slice(prefix.length))?.[0] ?? '';
    const claim = parseClaimKey(name);
    if (claim !== undefined) claimed.set(`${claim.part}/${claim.round}`, { part: claim.part, round: claim.round });
  }
  return [...claimed.values()].sort((one, other) => other.round - one.round || one.part - other.part);
}
