import type { BatchReason, RowBooks } from '../messages';
import { dollarsText } from './dollars-text';

/** What the rows that are sent are expected to cost, in whole micro-USD. */
export interface EstimatedCost {
  readonly microsUsd: number;
  /** Day of the prices. */
  readonly priceTable: string;
}

/** Why a run may not begin, or null: its estimate is above the bound, or isn't known. */
export function estimateRefusal(estimate: EstimatedCost | null, maxCostUsd: number | null): BatchReason | null {
  if (maxCostUsd === null) return null;
  if (estimate === null) {
    return exceeded(
      `maxCostUsd is ${dollarsText(maxCostUsd)}, and what the input will cost isn't known: the price table lacks the model, or a price for audio. Add it by --prices of the worker, or the option prices of its plugin, or leave maxCostUsd out. Nothing was sent or spent.`,
    );
  }
  const { microsUsd, priceTable } = estimate;
  if (microsUsd <= maxCostUsd * 1e6) return null;
  return exceeded(
    `the input is estimated to cost ${dollarsText(microsUsd / 1e6)} (prices of ${priceTable}), above maxCostUsd, ${dollarsText(maxCostUsd)}. Send less, or start it again with a higher maxCostUsd. Nothing was sent or spent.`,
  );
}

interface PartRows {
  readonly part: number;
  /** Those that are sent. */
  readonly rows: number;
}

export interface BudgetFacts {
  /** null: there is none, and every job may be created. */
  readonly maxCostUsd: number | null;
  /** Of all parts. */
  readonly estimate: EstimatedCost | null;
  readonly parts: readonly PartRows[];
}

/**
 * Keeps what a run may cost. A job counts with what its rows are expected to cost until its part is settled, and with what that says
 * from then on. Rows that are sent again leave enough for the parts that have not begun.
 */
export class RunBudget {
  readonly #facts: BudgetFacts;
  readonly #rows: number;
  readonly #toCome: Map<number, number>;
  readonly #underWay = new Map<number, number>();
  readonly #spent = new Map<number, SettledCost>();

  constructor(facts: BudgetFacts) {
    this.#facts = facts;
    this.#rows = sum(facts.parts.map(({ rows }) => rows));
    this.#toCome = new Map(facts.parts.map(({ part, rows }) => [part, rows]));
  }

  /** Why a job of so many rows may not be created, or null. */
  refusalOf(part: number, rows: number): BatchReason | null {
    const { maxCostUsd } = this.#facts;
    if (maxCostUsd === null) return null;
    const spent = sum([...this.#spent.values()].map(({ microsUsd }) => microsUsd ?? Infinity));
    const isFirst = this.#toCome.has(part);
    const others = sum([...this.#underWay.values(), ...(isFirst ? [] : this.#toCome.values())]);
    const expected = Math.floor((others + rows) * this.#microsPerRow);
    if (spent + expected <= maxCostUsd * 1e6) return null;
    const bound = `maxCostUsd is ${dollarsText(maxCostUsd)}`;
    if (spent === Infinity) return exceeded(`${bound}, and what the run has cost isn't known: no further job was sent`);
    return exceeded(
      `${bound}, ${dollarsText(spent / 1e6)} are spent, and the next job, with those under way or still to come, is expected to cost ${dollarsText(expected / 1e6)}: it was not sent`,
    );
  }

  /** A job of so many rows is about to run. */
  begin(part: number, rows: number): void {
    this.#toCome.delete(part);
    this.#underWay.set(part, rows);
  }

  /** What all jobs of a part have cost so far; null where that isn't known. */
  settle(part: number, microsUsd: number | null, { answered, blocked }: RowBooks): void {
    this.#toCome.delete(part);
    this.#underWay.delete(part);
    this.#spent.set(part, { microsUsd, rows: answered + blocked });
  }

  /** As settled rows say; before there are any, as estimated. */
  get #microsPerRow(): number {
    const settled = [...this.#spent.values()];
    const rows = sum(settled.map((part) => part.rows));
    if (rows > 0) return sum(settled.map(({ microsUsd }) => microsUsd ?? Infinity)) / rows;
    const { estimate } = this.#facts;
    return estimate === null || this.#rows === 0 ? 0 : estimate.microsUsd / this.#rows;
  }
}

interface SettledCost {
  readonly microsUsd: number | null;
  readonly rows: number;
}

function exceeded(message: string): BatchReason {
  return { type: 'BudgetExceeded', message };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
