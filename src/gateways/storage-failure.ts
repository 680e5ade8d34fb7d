import { neverOpened, reasonOf } from './connection-failure';
import { GatewayError, type GatewayErrorKind } from './gateway-error';
import { googleErrorOf, kindOf, oneLine, parseJson } from './google-error';
import { retryAfterMsOf } from './retry-after';

/** What was being done to which object; the words of every message. */
export interface StorageAct {
  readonly verb: 'read' | 'find' | 'list' | 'write' | 'compose' | 'copy' | 'delete';
  readonly uri: string;
}

/** An answer of the service that is not a success. */
export interface RefusingAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter?: string | undefined;
  readonly date?: string | undefined;
}

/** The error in an answer of the JSON API, whose media reads answer in plain text. */
export function refusedStorage(act: StorageAct, answer: RefusingAnswer): GatewayError {
  const google = googleErrorOf(parseJson(answer.body), answer.status);
  const kind = kindOf(answer.status, google?.status);
  const { retryAfter, date } = answer;
  const retryAfterMs = retryAfterMsOf({ retryAfter, date }) ?? google?.retryAfterMs;
  const says = google ? ` Google says: ${google.message}` : ` It answered ${answer.status}.`;
  return new GatewayError(kind, `Cannot ${act.verb} ${act.uri}: ${remedyOf(kind, act)}${says}`, {
    status: answer.status,
    effect: answer.status >= 400 && answer.status < 500 && kind !== 'unavailable' ? 'refused' : 'unknown',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The error of a request that had no answer, or not a whole one. */
export function brokenStorage(act: StorageAct, cause: unknown): GatewayError {
  return new GatewayError('unavailable', `Cannot ${act.verb} ${act.uri}: ${oneLine(reasonOf(cause))}.`, {
    cause,
    effect: neverOpened(cause) ? 'never-sent' : 'unknown',
  });
}

function remedyOf(kind: GatewayErrorKind, { verb }: StorageAct): string {
  const reads = verb === 'read' || verb === 'find' || verb === 'list';
  const role = `roles/storage.${reads ? 'objectViewer' : 'objectUser'}`;
  const remedies: Record<GatewayErrorKind, string> = {
    unavailable: 'the service could not answer.',
    quota: 'too many requests.',
    unauthenticated: 'the credentials were not accepted. Check Application Default Credentials.',
    permission: `permission denied. Grant ${role} to the worker's service account.`,
    'not-found':
      reads && verb !== 'list' ? 'there is no such object or version.' : 'not found. Check that the bucket exists.',
    precondition: 'the object is not the version that was expected.',
    'invalid-request': 'the request was refused as invalid.',
  };
  return remedies[kind];
}
