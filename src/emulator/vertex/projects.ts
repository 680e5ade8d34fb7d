import { hashOf } from '../seeded-random';

/** Project numbers, which the service puts in place of the ids that callers write. */
export class Projects {
  readonly #numbers = new Map<string, string>();
  /** Of the project that is named first, to which all buckets belong. */
  readonly firstNumber: string;

  constructor(firstNumber: string) {
    this.firstNumber = firstNumber;
  }

  /** Of all projects that were named by their ids. */
  get numbers(): readonly string[] {
    return [...this.#numbers.values()];
  }

  numberOf(project: string): string {
    if (/^\d+$/.test(project)) return project;
    let number = this.#numbers.get(project);
    if (number === undefined) {
      number = this.#numbers.size === 0 ? this.firstNumber : String(100_000_000_000 + hashOf(project));
      this.#numbers.set(project, number);
    }
    return number;
  }
}
