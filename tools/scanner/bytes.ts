// What the scanners of JSON share: looking at bytes, and copying them, a block at a time.

export const QUOTE: i32 = 0x22;
export const BACKSLASH: i32 = 0x5c;
export const BLOCK_BYTES: usize = 16;

/** A bit for each byte of a block that ends a string, escapes, or is a control. */
// @ts-ignore: decorator
@inline
export function specialBytes(block: v128): i32 {
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(block, i8x16.splat(<i8>QUOTE)), i8x16.eq(block, i8x16.splat(<i8>BACKSLASH))),
      i8x16.lt_u(block, i8x16.splat(0x20)),
    ),
  );
}

/** Copies whole blocks: up to fifteen bytes more than asked for. */
// @ts-ignore: decorator
@inline
export function copyBlocks(target: usize, source: usize, length: usize): void {
  for (let done: usize = 0; done < length; done += BLOCK_BYTES) v128.store(target + done, v128.load(source + done));
}

// @ts-ignore: decorator
@inline
export function isDigit(byte: i32): bool {
  return byte >= 0x30 && byte <= 0x39;
}

/** What the escape of a UTF-16 unit at `position` stands for; -1 when there is none. */
export function hexUnit(position: usize, end: usize): i32 {
  if (position + 6 > end || load<u16>(position) != 0x755c) return -1;
  let unit: i32 = 0;
  for (let offset: usize = 2; offset < 6; offset += 1) {
    const byte = <i32>load<u8>(position + offset);
    let digit = byte - 0x30;
    if (digit < 0 || digit > 9) {
      digit = (byte | 0x20) - 0x57;
      if (digit < 10 || digit > 15) return -1;
    }
    unit = (unit << 4) | digit;
  }
  return unit;
}
