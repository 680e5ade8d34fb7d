import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { crc32cOf, crc32cOfJoined, fromBase64Crc32c, toBase64Crc32c } from '../../../../src/emulator/storage/crc32c';

/** The definition, bit by bit. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32cOf', () => {
  // RFC 3720, appendix B.4
  it.each([
    ['the check string', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ])('gives the published value of %s', (_, bytes, expected) => {
    expect(crc32cOf(bytes)).toBe(expected);
  });

  it('agrees with the definition for every content and every cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        expect(crc32cOf(bytes)).toBe(slowCrc32c(bytes));
        expect(crc32cOf(bytes.subarray(cut), crc32cOf(bytes.subarray(0, cut)))).toBe(slowCrc32c(bytes));
      }),
    );
  });

  it('joins checksums without the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (first, second) => {
        const joined = crc32cOfJoined(crc32cOf(first), crc32cOf(second), second.length);
        expect(joined).toBe(crc32cOf(Buffer.concat([first, second])));
      }),
    );
  });

  it('joins past 4 GiB', () => {
    const half = crc32cOfJoined(crc32cOf(Buffer.alloc(1)), 0, 0);
    let doubled = half;
    for (let length = 1; length < 2 ** 34; length *= 2) doubled = crc32cOfJoined(doubled, doubled, length);
    expect(crc32cOfJoined(doubled, half, 1)).toBe(crc32cOfJoined(half, doubled, 2 ** 34));
  });

  it('is written as base64 of the big-endian bytes', () => {
    expect(toBase64Crc32c(0xe3069283)).toBe('4waSgw==');
    expect(fromBase64Crc32c('4waSgw==')).toBe(0xe3069283);
    expect(fromBase64Crc32c('4waS')).toBeUndefined();
  });
});
