import type { RequestFacts } from '../../domain/input-estimate';
import { outputFields, requestFacts, withOutput } from '../../schemas/request-facts';
import { type Scanner, UNKNOWN_TEMPLATE } from '../skim/scanner';
import { NUMBER_STUB, templateJson } from '../skim/template-text';
import type { KnownRow } from './known-row';
import type { Role } from './role';
import type { Shape } from './shape';

/** How often learning may fail before it isn't tried any more: then few requests are like others. */
const MOST_FAILURES = 1000;

interface KnownTemplate {
  /** Of its numbers. */
  readonly roles: readonly Role[];
  /** Of all its requests, but for what numbers say. */
  readonly facts: RequestFacts;
  /** Which of the numbers bound the output; null where none does. */
  readonly bounds: { readonly maxOutputTokens: number | null; readonly candidateCount: number | null } | null;
}

/**
 * Templates of requests that were found right. A request that has one of them need not be parsed: it has the same names, forms and
 * short values, and only its numbers are left to look at.
 */
export class KnownTemplates {
  readonly #known: KnownTemplate[] = [];
  #failures = 0;

  /** Whether the numbers of the request that was scanned last are right; its template is known. */
  fit({ template, numbers }: Scanner): boolean {
    const roles = this.#known[template]?.roles;
    if (roles === undefined) return false;
    for (let place = 0; place < roles.length; place += 1) {
      if (!roles[place]!.number(numbers[place]!)) return false;
    }
    return true;
  }

  /** What `requestFacts` would say of the request that was scanned last; its template is known. */
  factsOf({ template, numbers }: Scanner): RequestFacts | undefined {
    const known = this.#known[template];
    if (known === undefined || known.bounds === null) return known?.facts;
    const { facts, bounds } = known;
    const { maxOutputTokens, candidateCount } = bounds;
    return withOutput(
      facts,
      maxOutputTokens === null ? facts.maxOutputTokens : numbers[maxOutputTokens],
      candidateCount === null ? facts.candidates : numbers[candidateCount],
    );
  }

  /** Takes in the template of the row that was scanned last, which is right. */
  learn(scanner: Scanner, known: KnownRow, root: Shape): void {
    if (this.#failures >= MOST_FAILURES) return;
    const { text, members, numbers } = scanner.newTemplate;
    const request: unknown = JSON.parse(templateJson(text));
    const roles = known.numberRolesOf(root, request, members);
    const template = roles?.length === numbers ? scanner.learnTemplate() : UNKNOWN_TEMPLATE;
    if (roles === undefined || template === UNKNOWN_TEMPLATE) this.#failures += 1;
    else this.#known[template] = { roles, facts: requestFacts(request), bounds: boundsOf(request) };
  }
}

function boundsOf(request: unknown): KnownTemplate['bounds'] {
  const fields = outputFields(request);
  const maxOutputTokens = placeOf(fields.maxOutputTokens);
  const candidateCount = placeOf(fields.candidateCount);
  return maxOutputTokens === null && candidateCount === null ? null : { maxOutputTokens, candidateCount };
}

function placeOf(value: unknown): number | null {
  return typeof value === 'string' && value.startsWith(NUMBER_STUB) ? Number(value.slice(NUMBER_STUB.length)) : null;
}
