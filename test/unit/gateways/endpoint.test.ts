import { describe, expect, it } from 'vitest';
import { parseEndpoint } from '../../../src/gateways/endpoint';

describe('parseEndpoint', () => {
  it.each([
    ['https://us-central1-aiplatform.googleapis.com', true],
    ['https://aiplatform-mine.p.googleapis.com/', true],
    ['https://vertex.corp.example', true],
    ['https://vertex.corp.example:8443/prefix', true],
    ['http://us-central1-aiplatform.googleapis.com', false],
    ['http://vertex.corp.example', false],
    ['http://emulator:8080', false],
    ['http://127.0.0.1:8080', false],
    ['https://127.0.0.1:8443', false],
    ['https://[::1]:8443', false],
    ['https://localhost', false],
  ])('lets credentials go to %s: %s', (endpoint, takesCredentials) => {
    expect(parseEndpoint(endpoint, ['vertex.corp.example'])).toMatchObject({ takesCredentials });
  });

  it.each([
    'https://evil-googleapis.com',
    'https://googleapis.com.evil.example',
    'https://vertex.corp.example:9999',
    'https://127.0.0.1.evil.example',
    'https://localhost.evil.example',
  ])('refuses %s, which nobody vouched for', (endpoint) => {
    expect(() => parseEndpoint(endpoint, ['vertex.corp.example:8443'])).toThrow(
      `Credentials may not be sent to ${new URL(endpoint).host}: it is not a host of Google's. Name it in VERTEX_BATCH_TRUSTED_HOSTS`,
    );
  });

  it.each(['localhost:8080', 'ftp://127.0.0.1', 'http://h/?q', 'http://h/#f', '', 'x'])('refuses %j', (endpoint) => {
    expect(() => parseEndpoint(endpoint)).toThrow(`Endpoint must be a plain http or https URL, got "${endpoint}".`);
  });

  it('does not repeat a password', () => {
    expect(() => parseEndpoint('http://user:secret@h')).toThrow('got "http://h"');
  });

  it('keeps a path prefix, without a slash at its end', () => {
    expect(parseEndpoint('http://127.0.0.1:1/a/b/').baseUrl).toBe('http://127.0.0.1:1/a/b');
  });
});
