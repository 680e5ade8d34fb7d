import { GatewayError } from './gateway-error';

/** Where a bearer token for Google's APIs comes from. */
export interface AccessTokens {
  /** A token that is valid for at least a minute. `GatewayError` kind `unauthenticated` when there is none. */
  getAccessToken(): Promise<string>;
  /** Told that Google took a token for none, or for an old one: the next must be another. @default nothing is done */
  refused?(token: string): void;
  /** Whose the tokens are, as a member of a policy (`serviceAccount:…`, `user:…`); null where nobody can tell. @default null */
  getMember?(): Promise<string | null>;
}

/** A token of a source that a user may have written: whatever it does instead becomes a {@link GatewayError}. */
export async function requireToken(tokens: AccessTokens): Promise<string> {
  let token: unknown;
  try {
    token = await tokens.getAccessToken();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw noToken(`auth.getAccessToken failed: ${reason}`, error);
  }
  if (typeof token === 'string' && token !== '') return token;
  throw noToken(`auth.getAccessToken must give a token, got ${token === '' ? 'an empty string' : typeof token}`);
}

/** Tells the source of the token in `authorization` what an answer says of it. */
export function noteRefusal(tokens: AccessTokens, status: number, authorization: string | null | undefined): void {
  if (status === 401 && authorization != null) tokens.refused?.(authorization.replace(/^Bearer /, ''));
}

function noToken(reason: string, cause?: unknown): GatewayError {
  return new GatewayError('unauthenticated', `Cannot get an access token: ${reason}.`, { cause, effect: 'never-sent' });
}
