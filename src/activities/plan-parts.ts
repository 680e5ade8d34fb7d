import { type AcceptedValidation, DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { parseClaimKey } from '../domain/claim-key';
import { withoutQuotedText } from '../domain/quoted-text';
import { costEstimate } from '../domain/cost-estimate';
import type { InputEstimate } from '../domain/input-estimate';
import { dayOf, type PriceTable, priceOf } from '../domain/price-table';
import { type EstimatedCost, estimateRefusal } from '../domain/run-budget';
import {
  fewestParts,
  fitsOneJob,
  JOB_LIMITS,
  type JobLimits,
  partsExceeded,
  quarantineExceeded,
} from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import type { BatchReason } from '../messages';
import { findRecord, readJson } from '../rows/commits';
import { compareRanges } from '../rows/compare-ranges';
import { type ComparedRows, compareRows } from '../rows/compare-rows';
import { writeForeignPlan } from '../rows/foreign-plan';
import { changedSources } from '../rows/input-changes';
import { mergeValidation, type MergedValidation } from '../rows/merged-validation';
import { checkVersion, type Plan, planUri } from '../rows/plan';
import { deleteParts } from '../rows/parts-writer';
import { validationDirectory } from '../rows/validated-range';
import { type Comparison, joinComparisons, writeReport } from '../rows/validation-report';
import { planKeys, toPlannedPart, writePlan } from '../rows/write-plan';
import type { Sources } from '../rows/sources';
import type { Attempt, RowGateways } from './attempt';
import type { PlannedParts, PlanPartsInput } from './contract';

export interface PlanPartsGateways extends RowGateways {
  /** What one job takes. @default `JOB_LIMITS` */
  readonly jobLimits?: JobLimits;
  readonly prices: PriceTable;
}

/** Merges the ranges, checks what concerns the whole input, and writes the plan once; a plan that stands is adopted. */
export async function planParts(
  { store, jobLimits = JOB_LIMITS, prices }: PlanPartsGateways,
  input: PlanPartsInput,
  attempt: Attempt,
): Promise<PlannedParts> {
  const { signal } = attempt;
  const sources = await readJson<Sources>(store, input.sourcesUri, { signal });
  const standing = await findRecord<Plan>(store, planUri(input.run), { signal });
  if (standing === undefined) {
    return input.foreign === undefined
      ? planAnew(store, { ...input, sources, jobLimits, prices }, attempt)
      : planForeign(store, { ...input, sources, prices }, attempt);
  }

  checkVersion(standing, planUri(input.run));
  return await standingPlan(store, { ...input, sources, prices }, standing, attempt);
}

async function standingPlan(
  store: ObjectStore,
  input: SourcesToPlan,
  standing: Plan,
  attempt: Attempt,
): Promise<PlannedParts> {
  const { rows, bytes, errors, warnings, repaired, validationUri } = standing;
  const estimate = estimatedCost(standing.estimate, input, attempt.now());
  const plan = await planned(store, input, standing, attempt.signal);
  // what has a job is seen through, whatever it costs; each further one is asked for
  const isPaid = input.foreign !== undefined || plan.claimed.length > 0;
  const refusal = isPaid ? null : estimateRefusal(estimate, input.maxCostUsd ?? null);
  const told = { rows, bytes, errors, warnings, repaired, validationUri, firstProblems: [], estimate, refusal };
  return { ...told, plan: refusal === null ? plan : null };
}

interface SourcesToPlan extends PlanPartsInput {
  readonly sources: Sources;
  readonly prices: PriceTable;
}

/** Takes the rows as a job of somebody else's was sent them, whatever a job of ours would take. */
async function planForeign(store: ObjectStore, input: SourcesToPlan, attempt: Attempt): Promise<PlannedParts> {
  const { run, sources, sourcesUri, keyField, validation = DEFAULT_VALIDATION } = input;
  const { signal } = attempt;
  const directory = validationDirectory(run, sourcesUri, keyField, validation);
  const merged = await mergeValidation(store, sources, directory, { signal });
  const plan = await writeForeignPlan(store, { run, merged, keyField }, { signal });
  return await standingPlan(store, input, plan, attempt);
}

interface NewPlan extends SourcesToPlan {
  readonly jobLimits: JobLimits;
}

async function planAnew(store: ObjectStore, input: NewPlan, attempt: Attempt): Promise<PlannedParts> {
  const { run, sources, sourcesUri, keyField, validation = DEFAULT_VALIDATION, jobLimits } = input;
  const { signal } = attempt;
  const directory = validationDirectory(run, sourcesUri, keyField, validation);
  const merged = await mergeValidation(store, sources, directory, { signal });
  if (merged.rows === 0 && merged.errors === 0 && input.allowEmpty === true)
    return {
      ...(await report(store, input, merged, NOTHING_COMPARED, signal)),
      plan: null,
      isEmpty: true,
      refusal: null,
    };
  const refusal = merged.unreadable.size > 0 ? null : refusalOf(merged, jobLimits);
  if (refusal !== null || merged.unreadable.size > 0)
    return { ...(await report(store, input, merged, NOTHING_COMPARED, signal)), plan: null, refusal };
  const compared = await compareAndCut(store, input, merged, attempt);
  const keys = planKeys(compared, merged);
  const isStaged = keys.mode === 'staged';
  const together = joinComparisons(compared, compareRanges(merged, validation.rules, { isStaged }));
  const reported = await report(store, input, merged, together, signal);
  const estimate = estimatedCost(merged.estimate, input, attempt.now());
  const isForbidden = forbidsPlan(merged, together, validation);
  const tooMuch = isForbidden ? null : estimateRefusal(estimate, input.maxCostUsd ?? null);
  const refused = partsRefusal(merged, compared.parts.length) ?? tooMuch;
  if (refused !== null || isForbidden) {
    await deleteParts(store, compared.parts);
    return { ...reported, estimate, plan: null, refusal: refused };
  }
  const { parts } = compared;
  const plan = await writePlan(store, run, { merged, parts, keys, ...reported }, { signal });
  return { ...reported, estimate, plan: await planned(store, input, plan, signal), refusal: null };
}

function estimatedCost(
  estimate: InputEstimate | null | undefined,
  { model, prices }: SourcesToPlan,
  now: number,
): EstimatedCost | null {
  if (estimate == null || model === undefined) return null;
  const { micros } = costEstimate(estimate, priceOf(prices, model, dayOf(now)));
  return micros && { microsUsd: micros.expected, priceTable: prices.date };
}

/** Cuts where one job can't take the input as it lies, or, once it shows that a copy is needed, where none could take that. */
async function compareAndCut(
  store: ObjectStore,
  { run, keyField, validation = DEFAULT_VALIDATION, jobLimits, canary }: NewPlan,
  merged: MergedValidation,
  attempt: Attempt,
): Promise<ComparedRows> {
  const { directory } = run;
  const { rules } = validation;
  const { signal } = attempt;
  const compare = (limits: JobLimits | null) =>
    compareRows(store, merged, { directory, limits, keyField, rules, signal, onProgress: () => attempt.heartbeat() });
  const size = { rows: merged.soundRows, bytes: merged.bytes };
  if (canary !== undefined && size.rows > canary) return compare({ ...jobLimits, firstRows: canary });
  if (merged.badRows > 0 || !fitsOneJob(size, false, jobLimits)) return compare(jobLimits);
  const asOne = await compare(null);
  if (fitsOneJob(size, true, jobLimits) || planKeys(asOne, merged).mode === 'brought') return asOne;
  await deleteParts(store, asOne.parts);
  return compare(jobLimits);
}

/** Why there can be no plan, as far as it is known before the rows are read. */
function refusalOf(merged: MergedValidation, jobLimits: JobLimits): BatchReason | null {
  if (merged.rows === 0)
    return {
      type: 'InvalidInput',
      message: 'The input has no rows: all its lines are blank. Set allowEmptyInput where that is no error.',
    };
  const message = quarantineExceeded(merged);
  if (message !== undefined) return { type: 'TooLarge', message };
  const { rows, soundRows, badRows, bytes } = merged;
  // of rows that are taken out, the bytes aren't known yet
  const sent = badRows === 0 ? { rows, bytes } : { rows: soundRows, bytes: 0 };
  return partsRefusal(merged, fewestParts(sent, jobLimits));
}

function partsRefusal(merged: MergedValidation, parts: number): BatchReason | null {
  const message = partsExceeded(merged, parts);
  return message === undefined ? null : { type: 'TooLarge', message };
}

/** Errors for which no row can be taken out, or nothing that would be left to send. */
function forbidsPlan(merged: MergedValidation, together: Comparison, { onError }: AcceptedValidation): boolean {
  const { errors, inputErrors, soundRows } = merged;
  const standing = onError === 'quarantine' ? inputErrors : errors;
  return standing + together.errors > 0 || (errors > 0 && soundRows === 0);
}

type Reported = Omit<PlannedParts, 'plan' | 'refusal'>;

const NOTHING_COMPARED: Comparison = { problems: [], errors: 0, warnings: 0 };

async function report(
  store: ObjectStore,
  { run, sources, validation = DEFAULT_VALIDATION }: SourcesToPlan,
  merged: MergedValidation,
  comparison: Comparison,
  signal: AbortSignal,
): Promise<Reported> {
  const { uri, first } = await writeReport(store, `${run.directory}validation.jsonl`, merged, comparison, {
    maxProblems: validation.maxProblems,
    copyOf: sources.table?.uri,
    signal,
  });
  return {
    rows: merged.rows,
    bytes: merged.bytes,
    errors: merged.errors + comparison.errors,
    warnings: merged.warnings + comparison.warnings,
    repaired: merged.repaired,
    validationUri: uri,
    firstProblems: first.map(withoutQuotedText),
  };
}

async function planned(
  store: ObjectStore,
  { run, sources, foreign }: SourcesToPlan,
  plan: Plan,
  signal: AbortSignal,
): Promise<NonNullable<PlannedParts['plan']>> {
  return {
    uri: planUri(run),
    digest: plan.digest,
    adopted: plan.execution !== run.execution,
    changed: [
      ...new Set([...changedSources(plan.sources, sources.files), ...writtenAfter(foreign?.readAt ?? null, sources)]),
    ],
    parts: plan.parts.map(toPlannedPart),
    claimed: await listClaimed(store, run.directory, signal),
  };
}

/** What somebody wrote after a job had read it may not be what it read. */
function writtenAfter(readAt: string | null, { files, table }: Sources): string[] {
  if (readAt === null) return [];
  // its files are the run's own copy
  if (table !== undefined) return Number(table.lastModified) > Date.parse(readAt) ? [table.uri] : [];
  return files.filter(({ updated }) => Date.parse(updated) > Date.parse(readAt)).map(({ uri }) => uri);
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
