import { type Scanner, UNKNOWN_TEMPLATE } from '../skim/scanner';
import type { KnownRow } from './known-row';
import type { Role } from './role';
import type { Shape } from './shape';

/** How often learning may fail before it isn't tried any more: then few requests are like others. */
const MOST_FAILURES = 1000;

/**
 * Templates of requests that were found right. A request that has one of them need not be parsed: it has the same names, forms and
 * short values, and only its numbers are left to look at.
 */
export class KnownTemplates {
  readonly #numberRoles: (readonly Role[])[] = [];
  #failures = 0;

  /** Whether the numbers of the request that was scanned last are right; its template is known. */
  fit({ template, numbers }: Scanner): boolean {
    const roles = this.#numberRoles[template];
    if (roles === undefined) return false;
    for (let place = 0; place < roles.length; place += 1) {
      if (!roles[place]!.number(numbers[place]!)) return false;
    }
    return true;
  }

  /** Takes in the template of the row that was scanned last, which is right. */
  learn(scanner: Scanner, known: KnownRow, root: Shape): void {
    if (this.#failures >= MOST_FAILURES) return;
    const { json, members, numbers } = scanner.newTemplate;
    const roles = known.numberRolesOf(root, JSON.parse(json), members);
    const template = roles?.length === numbers ? scanner.learnTemplate() : UNKNOWN_TEMPLATE;
    if (roles === undefined || template === UNKNOWN_TEMPLATE) this.#failures += 1;
    else this.#numberRoles[template] = roles;
  }
}
