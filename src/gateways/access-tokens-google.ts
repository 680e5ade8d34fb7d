import { GoogleAuth } from 'google-auth-library';
import type { AccessTokens } from './access-tokens';
import { oneLine } from './google-error';
import { GatewayError } from './gateway-error';
import { EMULATOR_TOKEN } from './endpoint';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** Tokens of the Application Default Credentials; kept until shortly before they expire. */
export class AccessTokensGoogle implements AccessTokens {
  readonly #auth: Pick<GoogleAuth, 'getAccessToken'>;

  /** @param auth @default Application Default Credentials with the scope `cloud-platform` */
  constructor(auth: Pick<GoogleAuth, 'getAccessToken'> = new GoogleAuth({ scopes: SCOPE })) {
    this.#auth = auth;
  }

  async getAccessToken(): Promise<string> {
    const token = await this.#auth.getAccessToken().catch((error: unknown) => {
      throw noToken(error instanceof Error ? oneLine(error.message) : 'unknown reason', error);
    });
    if (!token) throw noToken('the credentials gave none');
    return token;
  }
}

/** Always the same token; for emulators, which check none. */
export class AccessTokensFixed implements AccessTokens {
  readonly #token: string;

  constructor(token = EMULATOR_TOKEN) {
    this.#token = token;
  }

  getAccessToken(): Promise<string> {
    return Promise.resolve(this.#token);
  }
}

const REMEDY =
  'Run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS, ' +
  'or attach a service account to the machine.';

function noToken(reason: string, cause?: unknown): GatewayError {
  if (isPassing(cause)) {
    return new GatewayError('unavailable', `Cannot get an access token: ${reason}.`, { cause, effect: 'never-sent' });
  }
  const message = `Cannot get an access token: ${reason.replace(/\.$/, '')}. ${REMEDY}`;
  return new GatewayError('unauthenticated', message, { cause, effect: 'never-sent' });
}

/** Whether the token service could not be reached or was out of order, rather than saying no. */
function isPassing(error: unknown): boolean {
  const { code, status } = (error ?? {}) as { code?: unknown; status?: unknown };
  if (typeof status === 'number') return status >= 500 || status === 429;
  return typeof code === 'string' && /^(E[A-Z]+|ETIMEDOUT|EAI_AGAIN)$/.test(code) && code !== 'ENOENT';
}
