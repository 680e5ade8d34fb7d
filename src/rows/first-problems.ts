import type { ProblemSeverity } from '../domain/validation-problem';

/** Problems that a run tells of by itself, however few its report may list. */
export const TOLD_PROBLEMS = 5;

/** Keeps the first errors and the first warnings, as many of each as asked for, so that neither crowds the others out. */
export class FirstProblems<Problem extends { readonly severity: ProblemSeverity }> {
  readonly #most: number;
  readonly #kept: Readonly<Record<ProblemSeverity, Problem[]>> = { error: [], warning: [] };

  constructor(most: number) {
    this.#most = most;
  }

  hasRoomFor({ severity }: Pick<Problem, 'severity'>): boolean {
    return this.#kept[severity].length < this.#most;
  }

  add(problem: Problem): void {
    if (this.hasRoomFor(problem)) this.#kept[problem.severity].push(problem);
  }

  /** Errors, then warnings. */
  get all(): readonly Problem[] {
    return [...this.#kept.error, ...this.#kept.warning];
  }
}
