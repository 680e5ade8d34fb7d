import { GoogleError } from './google-error';

/** @throws {GoogleError} for a call that carries no bearer token */
export function assertAuthorized(request: Request): void {
  if (/^Bearer \S+$/.test(request.headers.get('authorization') ?? '')) return;
  if (request.headers.has('x-goog-api-key') || new URL(request.url).searchParams.has('key')) {
    throw new GoogleError('INVALID_ARGUMENT', 'API keys are not supported by this API. Expected OAuth2 access token.');
  }
  throw new GoogleError(
    'UNAUTHENTICATED',
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  );
}
