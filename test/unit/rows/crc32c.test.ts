import { CRC32C } from '@google-cloud/storage';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Crc32c, crc32cOf, fromBase64Crc32c, joinCrc32c, toBase64Crc32c } from '../../../src/rows/crc32c';

describe('crc32cOf', () => {
  // The check value of CRC-32C, and RFC 3720, B.4.
  it.each([
    ['nothing', Buffer.alloc(0), 0],
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ])('gives the published checksum of %s', (_, bytes, expected) => {
    expect(crc32cOf(bytes)).toBe(expected);
  });

  it('agrees with Google’s own implementation on any bytes, wherever they begin in memory', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(16), (bytes, offset) => {
        const view = Buffer.from(bytes).subarray(offset);
        const theirs = new CRC32C();
        theirs.update(view);
        expect(toBase64Crc32c(crc32cOf(view))).toBe(theirs.toString());
      }),
    );
  });

  it('agrees with it on long bytes, which are taken in halves', () => {
    const random = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * 2_654_435_761) >>> 13));
    fc.assert(
      fc.property(fc.nat(8), fc.integer({ min: 8_150, max: 39_990 }), (offset, length) => {
        const view = random.subarray(offset, offset + length);
        const theirs = new CRC32C();
        theirs.update(view);
        expect(toBase64Crc32c(crc32cOf(view))).toBe(theirs.toString());
      }),
    );
  });

  it('gives the same for pieces as for the whole, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200), { maxLength: 5 }), (bytes, cuts) => {
        const crc = new Crc32c();
        let from = 0;
        for (const cut of [...cuts].sort((left, right) => left - right)) {
          crc.update(bytes.subarray(from, cut));
          from = Math.max(from, cut);
        }
        crc.update(bytes.subarray(from));
        expect(crc.value).toBe(crc32cOf(bytes));
        expect(crc.toString()).toBe(toBase64Crc32c(crc.value));
      }),
    );
  });
});

describe('joinCrc32c', () => {
  it('gives the checksum of both contents without seeing them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (first, second) => {
        const joined = joinCrc32c(crc32cOf(first), crc32cOf(second), second.length);
        expect(joined).toBe(crc32cOf(Buffer.concat([first, second])));
      }),
    );
  });

  it('joins contents that are longer than 32 bits count', () => {
    // Zeros in a row: 16 GiB and then 1 MiB are the same bytes as 1 MiB and then 16 GiB.
    const small = crc32cOf(Buffer.alloc(2 ** 20));
    let large = small;
    for (let length = 2 ** 20; length < 2 ** 34; length *= 2) large = joinCrc32c(large, large, length);
    expect(joinCrc32c(large, small, 2 ** 20)).toBe(joinCrc32c(small, large, 2 ** 34));
  });
});

describe('fromBase64Crc32c', () => {
  it('reads what toBase64Crc32c writes, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (crc) => {
        expect(fromBase64Crc32c(toBase64Crc32c(crc))).toBe(crc);
      }),
    );
    expect(fromBase64Crc32c('')).toBeUndefined();
    expect(fromBase64Crc32c('AAAA')).toBeUndefined();
  });
});
