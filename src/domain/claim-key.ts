/** The n-th try to create the job of a round of a part; all count from 1. */
export interface Claim {
  readonly part: number;
  readonly round: number;
  readonly attempt: number;
}

/**
 * Name of a claim: label value (at most 64 characters, lower case), end of the display name, output prefix.
 * `runKey` has 32 hex digits.
 */
export function claimKey(runKey: string, claim: Claim): string {
  return `${runKey}-p${claim.part}-r${claim.round}-a${claim.attempt}`;
}

/** The parts of a claim's name, or `undefined` when it isn't one. */
export function parseClaimKey(name: string): (Claim & { readonly runKey: string }) | undefined {
  const match = /^([0-9a-f]{32})-p(\d+)-r(\d+)-a(\d+)$/.exec(name);
  if (match === null) return undefined;
  const [, runKey = '', part, round, attempt] = match;
  return { runKey, part: Number(part), round: Number(round), attempt: Number(attempt) };
}

/** Label that every job of ours carries; its value is the claim's key. */
export const CLAIM_LABEL = 'vertex-batch-claim';
