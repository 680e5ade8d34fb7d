import { describe, expect, it } from 'vitest';
import { AccessTokensGoogle } from '../../../src/gateways/access-tokens-google';
import { errorOf } from '../../support/vertex-jobs-contract';

const failing = (error: Error): AccessTokensGoogle =>
  new AccessTokensGoogle(() => ({
    async getAccessToken() {
      throw error;
    },
  }));

describe('AccessTokensGoogle', () => {
  it('gives the token of the credentials', async () => {
    const tokens = new AccessTokensGoogle(() => ({ getAccessToken: async () => 'T' }));
    expect(await tokens.getAccessToken()).toBe('T');
  });

  it('says what to do where there are no credentials', async () => {
    const error = await errorOf(failing(new Error('Could not load the default credentials.')).getAccessToken());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'never-sent' });
    expect(error.message).toBe(
      'Cannot get an access token: Could not load the default credentials. Run gcloud auth application-default login, ' +
        'or set GOOGLE_APPLICATION_CREDENTIALS, or attach a service account to the machine.',
    );
  });

  it('says so too when the credentials give none', async () => {
    const tokens = new AccessTokensGoogle(() => ({ getAccessToken: async () => null }));
    expect(await errorOf(tokens.getAccessToken())).toMatchObject({ kind: 'unauthenticated' });
  });

  it('opens the credentials anew, once, when Google refuses the token that they gave last', async () => {
    let opened = 0;
    const tokens = new AccessTokensGoogle(() => {
      const token = `T${(opened += 1)}`;
      return { getAccessToken: async () => token };
    });
    const first = await tokens.getAccessToken();
    expect(await tokens.getAccessToken()).toBe(first);
    for (let call = 0; call < 5; call += 1) tokens.refused(first);
    expect(await tokens.getAccessToken()).toBe('T2');
    tokens.refused(first);
    expect(await tokens.getAccessToken()).toBe('T2');
  });

  it.each([
    [
      'in OAuth’s words',
      { error: 'invalid_grant', error_description: 'Token has been revoked.' },
      'answered 400: invalid_grant: Token has been revoked. Run',
    ],
    ['without a description', { error: 'invalid_client' }, 'answered 400: invalid_client. Run'],
    ['in words of its own', { error: 'ya29.x', error_description: 'ya29.x' }, 'answered 400. Run'],
    ['with a page', '<html>ya29.x</html>', 'answered 400. Run'],
    ['with nothing', null, 'answered 400. Run'],
  ])('tells what a token service says that refuses %s', async (_, data, says) => {
    const refusal = Object.assign(new Error('ya29.x'), { status: 400, response: { data } });
    const error = await errorOf(failing(refusal).getAccessToken());
    expect(error).toMatchObject({ kind: 'unauthenticated', effect: 'never-sent' });
    expect(error.message).toContain(says);
    expect([error.message, String(error.cause)].join()).not.toContain('ya29');
  });

  it.each([
    ['a revoked login', { status: 400 }, 'unauthenticated'],
    ['a key file that is not there', { code: 'ENOENT' }, 'unauthenticated'],
    ['a token service that is out of order', { status: 503 }, 'unavailable'],
    ['a token service that is out of reach', { code: 'ECONNREFUSED' }, 'unavailable'],
    ['a token service without an address', { code: 'EAI_AGAIN' }, 'unavailable'],
  ])('calls %s what it is', async (_, details, kind) => {
    expect(await errorOf(failing(Object.assign(new Error('x'), details)).getAccessToken())).toMatchObject({ kind });
  });
});
