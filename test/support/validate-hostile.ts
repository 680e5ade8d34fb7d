import { ObjectStoreGcs } from '../../src/gateways/object-store-gcs';
import { type ValidationProblem, validateInput } from '../../src/input';
import { planInput, rowsOf } from './input-side';

/** Where rows that mean harm lie, and what reads them. */
export type HostileInput =
  | { readonly readBy: 'validateInput'; readonly name: string; readonly url?: string }
  | { readonly readBy: 'activities of a run'; readonly name: string; readonly url: string };

export interface HostileReport {
  readonly errors: number;
  /** `line rule` of each error. */
  readonly found: readonly string[];
}

/** Validates an input: a file, or an object of the Cloud Storage at an address. */
export async function validateHostile(input: HostileInput): Promise<HostileReport> {
  const { errors, problems } = await reportOf(input);
  const found = problems.filter(({ severity }) => severity === 'error').map(({ line, rule }) => `${line} ${rule}`);
  return { errors, found };
}

async function reportOf(input: HostileInput): Promise<{ errors: number; problems: readonly ValidationProblem[] }> {
  const { readBy, name, url } = input;
  if (readBy === 'validateInput') return validateInput(name, url === undefined ? {} : { endpoints: { storage: url } });
  const store = new ObjectStoreGcs({ apiEndpoint: url });
  const { errors, validationUri } = (await planInput(store, { input: [name] })).planned;
  const lines = validationUri === null ? [] : await rowsOf<ValidationProblem>(store, validationUri);
  return { errors, problems: lines.slice(0, -1) };
}
