import { isGatewayError } from '../gateways/gateway-error';
import { oneLine } from '../gateways/google-error';

/** What `doctor` looks at. */
export type CheckName =
  | 'temporal'
  | 'worker'
  | 'search-attributes'
  | 'clock'
  | 'credentials'
  | 'vertex'
  | 'model'
  | 'bucket'
  | 'service-agent'
  | 'bigquery';

/** One thing that a run needs, and how it stands. */
export interface Check {
  readonly name: CheckName;
  /** Which of that name, such as `gs://acme`. */
  readonly subject: string;
  readonly status: 'ok' | 'missing' | 'unknown';
  /** What was seen, what is missing, or why it couldn't be told. */
  readonly message: string;
  /** The command that mends it; null where none does. */
  readonly remedy: string | null;
  /** Somebody didn't answer: looking again later may tell. */
  readonly isUnreached: boolean;
}

type About = Pick<Check, 'name' | 'subject'>;

export function ok(about: About, message: string): Check {
  return { ...about, status: 'ok', message, remedy: null, isUnreached: false };
}

export function missing(about: About, message: string, remedy: string | null): Check {
  return { ...about, status: 'missing', message, remedy, isUnreached: false };
}

export function unknown(about: About, message: string): Check {
  return { ...about, status: 'unknown', message, remedy: null, isUnreached: false };
}

/** What an error that isn't an answer leaves open. A bug passes. */
export function untold(about: About, error: unknown): Check {
  if (!isGatewayError(error)) throw error;
  return { ...unknown(about, oneLine(error.message)), isUnreached: isGatewayError(error, 'unavailable', 'quota') };
}
