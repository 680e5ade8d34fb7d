// Sequences of bytes that were learned, each with a number from 0. They are compared in blocks, filled up with zeros.

import { BLOCK_BYTES, copyBlocks } from './bytes';

const MOST_KNOWN: i32 = 1024;
/** A power of two, well above the number of what is known. */
const INDEX_SLOTS: i32 = 4096;
const ENTRY_BYTES: usize = 12;
const KEPT_BYTES: usize = 524288;

/** In memory: how many there are, an index, an entry each, then the bytes one behind the other. It must be zero at first. */
const INDEX: usize = 16;
const ENTRIES: usize = INDEX + (<usize>INDEX_SLOTS << 2);
const KEPT: usize = ENTRIES + <usize>MOST_KNOWN * ENTRY_BYTES;
export const KNOWN_BYTES: usize = KEPT + KEPT_BYTES;

export const UNKNOWN: i32 = -1;

export function forgetKnown(known: usize): void {
  memory.fill(known, 0, ENTRIES);
}

/** The number of what stands between `start` and `end`, behind which there is room for a block; or UNKNOWN. */
export function findKnown(known: usize, start: usize, end: usize): i32 {
  v128.store(end, i8x16.splat(0));
  const length = <i32>(end - start);
  const hash = hashOf(start, end);
  let slot = hash & (INDEX_SLOTS - 1);
  let found = load<i32>(slotAt(known, slot));
  while (found != 0) {
    const entry = entryAt(known, found - 1);
    const isOfItsKind = load<u32>(entry) == hash && load<i32>(entry, 4) == length;
    if (isOfItsKind && isSame(start, <usize>load<u32>(entry, 8), length)) return found - 1;
    slot = (slot + 1) & (INDEX_SLOTS - 1);
    found = load<i32>(slotAt(known, slot));
  }
  return UNKNOWN;
}

/** Notes what was looked for and not found; returns its number, or UNKNOWN where there is no room. */
export function learnKnown(known: usize, start: usize, end: usize): i32 {
  const number = load<i32>(known);
  const keptEnd = number == 0 ? known + KEPT : <usize>load<u32>(known, 4);
  const bytes = (end - start + BLOCK_BYTES) & ~(BLOCK_BYTES - 1);
  if (number == MOST_KNOWN || keptEnd + bytes > known + KNOWN_BYTES) return UNKNOWN;
  copyBlocks(keptEnd, start, end - start);
  const hash = hashOf(start, end);
  const entry = entryAt(known, number);
  store<u32>(entry, hash);
  store<i32>(entry, <i32>(end - start), 4);
  store<u32>(entry, <u32>keptEnd, 8);
  let slot = hash & (INDEX_SLOTS - 1);
  while (load<i32>(slotAt(known, slot)) != 0) slot = (slot + 1) & (INDEX_SLOTS - 1);
  store<i32>(slotAt(known, slot), number + 1);
  store<i32>(known, number + 1);
  store<u32>(known, <u32>(keptEnd + bytes), 4);
  return number;
}

// @ts-ignore: decorator
@inline
function slotAt(known: usize, slot: u32): usize {
  return known + INDEX + (<usize>slot << 2);
}

// @ts-ignore: decorator
@inline
function entryAt(known: usize, number: i32): usize {
  return known + ENTRIES + <usize>number * ENTRY_BYTES;
}

function hashOf(from: usize, to: usize): u32 {
  let mixed: u64 = 0x9e3779b97f4a7c15;
  for (let position = from; position < to; position += 8) {
    mixed = (mixed ^ load<u64>(position)) * 0xff51afd7ed558ccd;
    mixed ^= mixed >> 32;
  }
  return <u32>mixed;
}

function isSame(one: usize, other: usize, length: i32): bool {
  for (let done: usize = 0; done < <usize>length; done += BLOCK_BYTES) {
    if (i8x16.bitmask(i8x16.eq(v128.load(one + done), v128.load(other + done))) != 0xffff) return false;
  }
  return true;
}
