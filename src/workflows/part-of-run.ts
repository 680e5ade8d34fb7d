import type { AcceptedRun, AdoptedJob, PlannedPart, PlannedParts } from '../activities/contract';
import type { RunBudget } from '../domain/run-budget';
import { rangesOfPart } from '../domain/range-share';
import type { OperatorDesk } from './operator-desk';
import type { RunState } from './run-state';

export type Plan = NonNullable<PlannedParts['plan']>;

/** A run whose parts are known. */
export interface PlannedRun {
  readonly run: RunState;
  readonly accepted: AcceptedRun;
  readonly desk: OperatorDesk;
  readonly plan: Plan;
  /** The job that somebody else created, and that is the first round. */
  readonly adopted: AdoptedJob | null;
  readonly budget: RunBudget;
}

/** A part with the run that it belongs to. */
export interface PartOfRun extends PlannedRun {
  readonly part: PlannedPart;
}

/** Text beside an activity; names the part where there are several. */
export function summaryOf({ plan, part }: PartOfRun, text: string): string {
  return plan.parts.length === 1 ? text : `Part ${part.part}: ${text}`;
}

/** Of several parts, each has its share of the ranges that fit into a history. */
export function rangeShareOf({ plan, part }: PartOfRun): { readonly maximumRanges?: number } {
  return plan.parts.length === 1 ? {} : { maximumRanges: rangesOfPart(plan.parts, part) };
}
