import { type AcceptedValidation, DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { parseClaimKey } from '../domain/claim-key';
import { limitExceeded, quarantineExceeded } from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import { findRecord, readJson } from '../rows/commits';
import { type ComparedRows, compareRows } from '../rows/compare-rows';
import { changedSources } from '../rows/input-changes';
import { mergeValidation, type MergedValidation } from '../rows/merged-validation';
import { checkVersion, type Plan, planUri } from '../rows/plan';
import { QuarantineWriter } from '../rows/quarantine';
import { validationDirectory } from '../rows/validated-range';
import { type Comparison, writeReport } from '../rows/validation-report';
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
  const takesOut = validation.onError === 'quarantine' && merged.badRows > 0;
  const tooLarge = (takesOut ? quarantineExceeded(merged) : undefined) ?? limitExceeded(sentAtMost(merged, takesOut));
  if (tooLarge !== undefined) {
    return refused(await report(store, input, merged, { problems: [], errors: 0, warnings: 0 }, signal), tooLarge);
  }
  const quarantine = takesOut ? new QuarantineWriter(store, `${run.directory}index/p1`) : null;
  try {
    const onProgress = () => attempt.heartbeat();
    const { rules } = validation;
    const compared = await compareRows(store, merged, { keyField, rules, quarantine, signal, onProgress });
    const reported = await report(store, input, merged, compared, signal);
    if (forbidsPlan(merged, compared, validation)) return { ...reported, plan: null, refusal: null };

    const keys = planKeys(compared, merged);
    const staged = keys.mode === 'staged';
    const bytes = takesOut ? compared.soundBytes : merged.bytes;
    const copyTooLarge = limitExceeded({ rows: merged.soundRows, bytes, staged });
    if (copyTooLarge !== undefined) return refused(reported, copyTooLarge);
    const planning = { merged, compared, keys, quarantine: (await quarantine?.close({ signal })) ?? null, ...reported };
    const plan = await writePlan(store, run, planning, { signal });
    return { ...reported, plan: await planned(store, input, sources, plan, signal), refusal: null };
  } finally {
    await quarantine?.abandon();
  }
}

/** What a job would take as far as it is known before the rows are read: where some are taken out, their number alone. */
function sentAtMost({ rows, soundRows, bytes }: MergedValidation, takesOut: boolean) {
  return takesOut ? { rows: soundRows, bytes: 0, staged: false } : { rows, bytes, staged: false };
}

/** Errors for which no row can be taken out, or nothing that would be left to send. */
function forbidsPlan(merged: MergedValidation, compared: ComparedRows, { onError }: AcceptedValidation): boolean {
  const { errors, arrays, soundRows } = merged;
  const standing = onError === 'quarantine' ? arrays.size : errors;
  return standing + compared.errors > 0 || soundRows === 0;
}

type Reported = Omit<PlannedParts, 'plan' | 'refusal'>;

function refused(reported: Reported, message: string): PlannedParts {
  return { ...reported, plan: null, refusal: { type: 'TooLarge', message } };
}

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
