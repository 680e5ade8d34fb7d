import { describe, expect, it } from 'vitest';
import { neverOpened, reasonOf } from '../../../src/gateways/connection-failure';

const withCode = (code: string, syscall?: string): Error =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
const fetchFailed = (cause: unknown): Error => new TypeError('fetch failed', { cause });

describe('neverOpened', () => {
  it.each([
    ['a refused connection', fetchFailed(withCode('ECONNREFUSED', 'connect')), true],
    ['a name without an address', fetchFailed(withCode('ENOTFOUND', 'getaddrinfo')), true],
    ['a certificate that is not trusted', fetchFailed(withCode('DEPTH_ZERO_SELF_SIGNED_CERT')), true],
    ['a connection that took too long to open', fetchFailed(withCode('UND_ERR_CONNECT_TIMEOUT')), true],
    ['a time-out while connecting', withCode('ETIMEDOUT', 'connect'), true],
    ['a time-out while reading', withCode('ETIMEDOUT', 'read'), false],
    ['a host that became unreachable while reading', withCode('EHOSTUNREACH', 'read'), false],
    ['a reset', fetchFailed(withCode('ECONNRESET', 'read')), false],
    ['a reset without more', withCode('ECONNRESET'), false],
    ['a broken pipe', withCode('EPIPE', 'write'), false],
    ['an answer that was cut off', fetchFailed(new Error('other side closed')), false],
    ['something that is no error', 'ECONNREFUSED', false],
  ])('of %s', (_, error, expected) => {
    expect(neverOpened(error)).toBe(expected);
  });

  it('only if every address failed before sending', () => {
    const refused = withCode('ECONNREFUSED', 'connect');
    expect(neverOpened(fetchFailed(new AggregateError([refused, withCode('ENETUNREACH', 'connect')])))).toBe(true);
    expect(neverOpened(fetchFailed(new AggregateError([refused, withCode('ECONNRESET', 'read')])))).toBe(false);
  });
});

describe('reasonOf', () => {
  it('gives the innermost reason', () => {
    expect(reasonOf(fetchFailed(withCode('ECONNREFUSED', 'connect')))).toBe('connect ECONNREFUSED');
    expect(reasonOf(fetchFailed(new AggregateError([withCode('ECONNREFUSED', 'connect')])))).toBe(
      'connect ECONNREFUSED',
    );
    expect(reasonOf(Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO' }))).toBe(
      'self-signed certificate (DEPTH_ZERO)',
    );
    expect(reasonOf('text')).toBe('text');
  });
});
