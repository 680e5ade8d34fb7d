import { createHash } from 'node:crypto';
import type { AcceptedRequest } from '../domain/accepted-request';
import { givenOutput } from './request-output';

/** What two starters of one workflow id compare: short hashes, so that it fits into a memo. */
export interface RequestFingerprint {
  /** Hash of the whole request, without `rerun`, and without what a run that was refused for its cost is started again with. */
  readonly digest: string;
  readonly output: string;
  readonly rerun: number;
  /** Hash of each field. */
  readonly fields: Readonly<Record<string, string>>;
}

export function fingerprintOf(request: AcceptedRequest): RequestFingerprint {
  const { rerun, maxCostUsd: _, output, outputTable, ...others } = request;
  const compared = { ...others, ...givenOutput({ output, outputTable }) };
  const fields = Object.fromEntries(Object.entries(compared).map(([name, value]) => [name, hash(value).slice(0, 8)]));
  return { digest: hash(compared).slice(0, 32), output, rerun, fields };
}

/** Names of the fields in which two requests differ. */
export function differingFields(one: RequestFingerprint, other: RequestFingerprint): string[] {
  const names = new Set([...Object.keys(one.fields), ...Object.keys(other.fields)]);
  return [...names].filter((name) => one.fields[name] !== other.fields[name]);
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, nested: unknown) =>
    typeof nested === 'object' && nested !== null && !Array.isArray(nested)
      ? Object.fromEntries(Object.entries(nested).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : nested,
  );
}
