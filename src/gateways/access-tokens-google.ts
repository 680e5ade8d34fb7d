import type * as GoogleAuthLibrary from 'google-auth-library';
import type { AccessTokens } from './access-tokens';
import { oneLine } from './google-error';
import { GatewayError } from './gateway-error';
import { EMULATOR_TOKEN } from './endpoint';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** The library has no bound of its own, and lets all who ask meanwhile wait for the same answer. */
const TOKEN_TIMEOUT_MS = 10_000;
/** The refusals of RFC 6749, 5.2. */
const OAUTH_REFUSALS: ReadonlySet<unknown> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);

type GoogleAuth = GoogleAuthLibrary.GoogleAuth;
/** The part of Google's library that is used. */
type Credentials = Pick<GoogleAuth, 'getAccessToken'> & Partial<Pick<GoogleAuth, 'getCredentials'>>;

/**
 * Tokens of the Application Default Credentials; kept until shortly before they expire. When that is, Google's library tells by this
 * machine's clock, and where that was set meanwhile it goes on giving an old one.
 */
export class AccessTokensGoogle implements AccessTokens {
  readonly #open: () => Credentials;
  #auth: Credentials;
  #given: string | undefined;

  /** @param open @default Application Default Credentials with the scope `cloud-platform` */
  constructor(open: () => Credentials = applicationDefault) {
    this.#open = open;
    this.#auth = open();
  }

  async getAccessToken(): Promise<string> {
    const token = await this.#auth.getAccessToken().catch((error: unknown) => {
      throw failureOf(error);
    });
    if (!token) throw noToken('the credentials gave none');
    this.#given = token;
    return token;
  }

  /** Of many calls that one token fails, the first has the credentials opened anew. */
  refused(token: string): void {
    if (token !== this.#given) return;
    this.#given = undefined;
    this.#auth = this.#open();
  }

  /** A person's login doesn't say whose it is. */
  async getMember(): Promise<string | null> {
    const credentials = await this.#auth.getCredentials?.().catch(() => undefined);
    return credentials?.client_email ? `serviceAccount:${credentials.client_email}` : null;
  }
}

/** The library is loaded for whoever has to do with Google: it takes longer to load than all that collects local files. */
function applicationDefault(): GoogleAuth {
  const { GoogleAuth } = require('google-auth-library') as typeof GoogleAuthLibrary;
  return new GoogleAuth({ scopes: SCOPE, clientOptions: { transporterOptions: { timeout: TOKEN_TIMEOUT_MS } } });
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
  const message = `Cannot get an access token: ${reason.replace(/\.$/, '')}. ${REMEDY}`;
  return new GatewayError('unauthenticated', message, { cause, effect: 'never-sent' });
}

function failureOf(error: unknown): GatewayError {
  if (isPassing(error)) return noAnswer(error);
  const { status, response } = detailsOf(error);
  if (typeof status === 'number') return noToken(refusalText(status, response?.data));
  // Node's message quotes the text, here a file with a private key
  return error instanceof SyntaxError ? noToken('the credentials are not JSON') : noToken(reasonOf(error), error);
}

/** Quotes an answer in OAuth's own words only: the library's message is all of it, and it may be a proxy's. */
function refusalText(status: number, answer: OAuthAnswer | null | undefined): string {
  const answered = `the token service answered ${status}`;
  const { error, error_description: description } = answer ?? {};
  if (!OAUTH_REFUSALS.has(error)) return answered;
  return oneLine([answered, error, ...(typeof description === 'string' ? [description] : [])].join(': '));
}

/** Says what went wrong by status or code alone, since the library's messages quote the answer, and so may show a token. */
function noAnswer(cause: unknown): GatewayError {
  const { status, code } = detailsOf(cause);
  const reason =
    typeof status === 'number'
      ? `the token service answered ${status}`
      : `the token service gave no answer that can be read${typeof code === 'string' ? ` (${code})` : ''}`;
  return new GatewayError('unavailable', `Cannot get an access token: ${reason}.`, { effect: 'never-sent' });
}

/** Whether the token service could not be reached, was out of order or cut off, rather than saying no. */
function isPassing(error: unknown): boolean {
  // the library stumbles so over an answer that isn't JSON
  if (error instanceof TypeError) return true;
  const { code, status } = detailsOf(error);
  if (typeof status === 'number') return status >= 500 || status === 408 || status === 429;
  return typeof code === 'string' && /^E[A-Z_]+$/.test(code) && code !== 'ENOENT' && code !== 'EACCES';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? oneLine(error.message) : 'unknown reason';
}

interface OAuthAnswer {
  readonly error?: unknown;
  readonly error_description?: unknown;
}

interface ErrorDetails {
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly data?: OAuthAnswer | null };
}

function detailsOf(error: unknown): ErrorDetails {
  return error ?? {};
}
