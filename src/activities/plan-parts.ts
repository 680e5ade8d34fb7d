import { type AcceptedValidation, DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { parseClaimKey } from '../domain/claim-key';
import { limitExceeded, quarantineExceeded } from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import type { BatchReason } from '../messages';
import { findRecord, readJson } from '../rows/commits';
import { compareRanges } from '../rows/compare-ranges';
import { compareRows } from '../rows/compare-rows';
import { changedSources } from '../rows/input-changes';
import { mergeValidation, type MergedValidation } from '../rows/merged-validation';
import { checkVersion, type Plan, planUri } from '../rows/plan';
import { QuarantineWriter } from '../rows/quarantine';
import { validationDirectory } from '../rows/validated-range';
import { type Comparison, joinComparisons, writeReport } from '../rows/validation-report';
import { planKeys, toPlannedPart, writePlan } from '../rows/write-plan';
import type { Attempt, RowGateways } from './attempt';
import type { PlannedParts, PlanPartsInput, Sources } from './contract';

/** Merges the ranges, checks what concerns the whole input, and writes the plan once; a plan that stands is adopted. */
export async function planParts(
  { store }: RowGateways,
  input: PlanPartsInput,
  attempt: Attempt,
): Promise<PlannedParts> {
  const { signal } = attempt;
  const sources = await readJson<Sources>(store, input.sourcesUri, { signal });
  const standing = await findRecord<Plan>(store, planUri(input.run), { signal });
  if (standing === undefined) return planAnew(store, input, sources, attempt);

  checkVersion(standing, planUri(input.run));
  const { rows, bytes, errors, warnings, repaired, validationUri } = standing;
  const plan = await planned(store, input, sources, standing, signal);
  return { rows, bytes, errors, warnings, repaired, validationUri, firstProblems: [], plan, refusal: null };
}

async function planAnew(
  store: ObjectStore,
  input: PlanPartsInput,
  sources: Sources,
  attempt: Attempt,
): Promise<PlannedParts> {
  const { run, sourcesUri, keyField, validation = DEFAULT_VALIDATION } = input;
  const { signal } = attempt;
  const directory = validationDirectory(run, sourcesUri, keyField, validation);
  const merged = await mergeValidation(store, sources, directory, { signal });
  const refusal = refusalOf(merged);
  if (refusal !== null)
    return { ...(await report(store, input, merged, NOTHING_COMPARED, signal)), plan: null, refusal };
  const quarantine = new QuarantineWriter(store, `${run.directory}index/p1`);
  try {
    const onProgress = () => attempt.heartbeat();
    const { rules } = validation;
    const compared = await compareRows(store, merged, { keyField, rules, quarantine, signal, onProgress });
    const keys = planKeys(compared, merged);
    const isStaged = keys.mode === 'staged';
    const together = joinComparisons(compared, compareRanges(merged, rules, { isStaged }));
    const reported = await report(store, input, merged, together, signal);
    if (forbidsPlan(merged, together, validation)) return { ...reported, plan: null, refusal: null };

    const bytes = merged.badRows === 0 ? merged.bytes : compared.soundBytes;
    const copyTooLarge = limitExceeded({ rows: merged.soundRows, bytes, staged: isStaged });
    if (copyTooLarge !== undefined) return { ...reported, plan: null, refusal: tooLarge(copyTooLarge) };
    const planning = { merged, compared, keys, quarantine: await quarantine.close({ signal }), ...reported };
    const plan = await writePlan(store, run, planning, { signal });
    return { ...reported, plan: await planned(store, input, sources, plan, signal), refusal: null };
  } finally {
    await quarantine.abandon();
  }
}

/** Why there can be no plan, as far as it is known before the rows are read. */
function refusalOf(merged: MergedValidation): BatchReason | null {
  if (merged.rows === 0) return { type: 'InvalidInput', message: 'The input has no rows: all its lines are blank.' };
  const message = quarantineExceeded(merged) ?? limitExceeded(sentAtMost(merged));
  return message === undefined ? null : tooLarge(message);
}

function tooLarge(message: string): BatchReason {
  return { type: 'TooLarge', message };
}

/** What a job would take as far as it is known before the rows are read: where some are taken out, their number alone. */
function sentAtMost({ rows, soundRows, badRows, bytes }: MergedValidation) {
  return badRows === 0 ? { rows, bytes, staged: false } : { rows: soundRows, bytes: 0, staged: false };
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
  { run, validation = DEFAULT_VALIDATION }: PlanPartsInput,
  merged: MergedValidation,
  comparison: Comparison,
  signal: AbortSignal,
): Promise<Reported> {
  const { uri, first } = await writeReport(store, `${run.directory}validation.jsonl`, merged, comparison, {
    maxProblems: validation.maxProblems,
    signal,
  });
  return {
    rows: merged.rows,
    bytes: merged.bytes,
    errors: merged.errors + comparison.errors,
    warnings: merged.warnings + comparison.warnings,
    repaired: merged.repaired,
    validationUri: uri,
    firstProblems: first,
  };
}

async function planned(
  store: ObjectStore,
  { run }: PlanPartsInput,
  sources: Sources,
  plan: Plan,
  signal: AbortSignal,
): Promise<NonNullable<PlannedParts['plan']>> {
  return {
    uri: planUri(run),
    digest: plan.digest,
    adopted: plan.execution !== run.execution,
    changed: changedSources(plan.sources, sources.files),
    parts: plan.parts.map(toPlannedPart),
    claimed: await listClaimed(store, run.directory, signal),
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
