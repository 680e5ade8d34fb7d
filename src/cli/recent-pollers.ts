/** Who asked a task queue for work, and when, by the server's clock. */
export interface Poller {
  readonly identity: string;
  readonly lastAccessMs: number;
}

/** A worker asks for work at least this often. */
const LONGEST_POLL_MS = 70_000;
/** The server forgets those that haven't asked for so long: `temporal task-queue describe --help`. */
const REMEMBERED_MS = 5 * 60_000;

/**
 * Identities of the pollers that still ask. Where this machine's clock shows a time at which the server would have forgotten all
 * of them, or hadn't met them yet, it is off, and all that the server remembers count.
 */
export function recentPollers(pollers: readonly Poller[], now: number): string[] {
  const latestMs = Math.max(...pollers.map(({ lastAccessMs }) => lastAccessMs));
  const isOff = now - latestMs > REMEMBERED_MS + LONGEST_POLL_MS || latestMs - now > LONGEST_POLL_MS;
  const recent = pollers.filter(({ lastAccessMs }) => isOff || now - lastAccessMs < LONGEST_POLL_MS);
  return [...new Set(recent.map(({ identity }) => identity))];
}
