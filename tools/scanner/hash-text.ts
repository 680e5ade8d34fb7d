// The hash that `longText` of src/rows/hash64.ts gives of a decoded string, made from its bytes in a line.

import { BLOCK_BYTES } from './bytes';

const FIRST_MULTIPLIER: u32 = 0x9e3779b1;
const SECOND_MULTIPLIER: u32 = 0x85ebca77;
/** Says that what is hashed is a string, as src/rows/request-hash.ts does. */
const STRING: u32 = 1;

const BACKSLASH: u32 = 0x5c;

/** As src/rows/hash64.ts has it, in UTF-16 units: shorter texts are read by one stream. */
const WORTH_STREAMS: usize = 64;
/** Each of the four streams reads two units of a block. */
const UNIT_BYTES: usize = 2;
/** Of a block of text as units. */
const WIDENED_BYTES: usize = 2 * BLOCK_BYTES;
/** Of the units that are held at a time. */
const UNITS_BYTES: usize = 8192;

/** The result. */
export let firstLane: u32 = 0;
export let secondLane: u32 = 0;

let first: u32 = 0;
let second: u32 = 0;
/** Where units are put, and where the next one goes. */
let units: usize = 0;
let unitsEnd: usize = 0;

/** Says where memory is for UNITS_BYTES of units. */
export function placeUnits(at: usize): void {
  units = at;
}

/** Hashes the UTF-16 units of a right string, whose body lies from `start` to `end`. */
export function hashText(start: usize, end: usize): void {
  first = 0x2545f491 ^ STRING;
  second = 0x4f6cdd1d;
  unitsEnd = units;
  const position = takeUnits(start, end);
  const held = (unitsEnd - units) / UNIT_BYTES;
  if (position < end || held >= WORTH_STREAMS) mix(<u32>(held + mixStreams(position, end)));
  else mixPairs(<u32>held);
  firstLane = finish(first ^ (second >> 7));
  secondLane = finish(second ^ (firstLane * SECOND_MULTIPLIER));
}

/** Mixes in the units that are held and all that follow; how many followed. */
function mixStreams(start: usize, end: usize): usize {
  let position = start;
  let followed: usize = 0;
  let firsts = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  let seconds = i32x4.splat(second);
  for (;;) {
    let at = units;
    for (; at + BLOCK_BYTES <= unitsEnd; at += BLOCK_BYTES) {
      firsts = i32x4.mul(v128.xor(firsts, v128.load(at)), i32x4.splat(FIRST_MULTIPLIER));
      firsts = v128.xor(firsts, i32x4.shr_u(firsts, 15));
      seconds = i32x4.mul(v128.xor(seconds, firsts), i32x4.splat(SECOND_MULTIPLIER));
      seconds = v128.or(i32x4.shl(seconds, 13), i32x4.shr_u(seconds, 19));
    }
    v128.store(units, v128.load(at));
    unitsEnd = units + (unitsEnd - at);
    // a character that is none may reach over the end
    if (position >= end) break;
    const before = unitsEnd;
    position = takeUnits(position, end);
    followed += (unitsEnd - before) / UNIT_BYTES;
  }
  mixLanes(firsts);
  mixLanes(seconds);
  for (let at = units; at < unitsEnd; at += UNIT_BYTES) mix(load<u16>(at));
  return followed;
}

// @ts-ignore: decorator
@inline
function mixLanes(lanes: v128): void {
  mix(i32x4.extract_lane(lanes, 0));
  mix(i32x4.extract_lane(lanes, 1));
  mix(i32x4.extract_lane(lanes, 2));
  mix(i32x4.extract_lane(lanes, 3));
}

function mixPairs(count: u32): void {
  let at = units;
  for (; at + 2 * UNIT_BYTES <= unitsEnd; at += 2 * UNIT_BYTES) mix(load<u32>(at));
  if (at < unitsEnd) mix(load<u16>(at));
  mix(count);
}

// @ts-ignore: decorator
@inline
function mix(word: u32): void {
  first = (first ^ word) * FIRST_MULTIPLIER;
  first ^= first >> 15;
  second = rotl<u32>((second ^ first) * SECOND_MULTIPLIER, 13);
}

function finish(lane: u32): u32 {
  let mixed = (lane ^ (lane >> 16)) * FIRST_MULTIPLIER;
  mixed = (mixed ^ (mixed >> 13)) * SECOND_MULTIPLIER;
  return mixed ^ (mixed >> 16);
}

/** Takes units until the text ends or there is no room for more; where it stopped. */
function takeUnits(start: usize, end: usize): usize {
  const full = units + UNITS_BYTES - WIDENED_BYTES;
  let position = start;
  while (position < end && unitsEnd <= full) {
    if (position + BLOCK_BYTES <= end) {
      const plain = takePlain(position);
      position += plain;
      if (plain == BLOCK_BYTES) continue;
    }
    const byte = <u32>load<u8>(position);
    if (byte == BACKSLASH) position = takeEscape(position);
    else if (byte < 0x80) {
      takeUnit(byte);
      position += 1;
    } else position = takeSequences(position, end, full);
  }
  return position;
}

/** Takes what of a block is ASCII and no escape; how many bytes that are. */
// @ts-ignore: decorator
@inline
function takePlain(position: usize): usize {
  const block = v128.load(position);
  v128.store(unitsEnd, i16x8.extend_low_i8x16_u(block));
  v128.store(unitsEnd + BLOCK_BYTES, i16x8.extend_high_i8x16_u(block));
  const others = i8x16.bitmask(v128.or(block, i8x16.eq(block, i8x16.splat(<i8>BACKSLASH))));
  const plain: usize = others == 0 ? BLOCK_BYTES : <usize>ctz(others);
  unitsEnd += plain * UNIT_BYTES;
  return plain;
}

// @ts-ignore: decorator
@inline
function takeUnit(unit: u32): void {
  store<u16>(unitsEnd, <u16>unit);
  unitsEnd += UNIT_BYTES;
}

/** An escape stands for one unit; returns where it ends. */
function takeEscape(position: usize): usize {
  const kind = <u32>load<u8>(position, 1);
  if (kind != 0x75) {
    takeUnit(meaningOf(kind));
    return position + 2;
  }
  let unit: u32 = 0;
  for (let offset: usize = 2; offset < 6; offset += 1) {
    const byte = <u32>load<u8>(position + offset);
    unit = (unit << 4) | (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
  }
  takeUnit(unit);
  return position + 6;
}

/** b f n r t; any other stands for itself. */
function meaningOf(kind: u32): u32 {
  if (kind == 0x62) return 0x08;
  if (kind == 0x66) return 0x0c;
  if (kind == 0x6e) return 0x0a;
  if (kind == 0x72) return 0x0d;
  return kind == 0x74 ? 0x09 : kind;
}

/** Characters of two to four bytes of UTF-8, as far as there is room; returns where they end. */
function takeSequences(start: usize, end: usize, full: usize): usize {
  let position = start;
  while (position < end && unitsEnd <= full) {
    const lead = <u32>load<u8>(position);
    if (lead < 0x80) break;
    position = takeSequence(lead, position);
  }
  return position;
}

/** A character of two to four bytes of UTF-8; returns where it ends. */
function takeSequence(lead: u32, position: usize): usize {
  const next = <u32>load<u8>(position, 1) & 0x3f;
  if (lead < 0xe0) {
    takeUnit(((lead & 0x1f) << 6) | next);
    return position + 2;
  }
  const third = <u32>load<u8>(position, 2) & 0x3f;
  if (lead < 0xf0) {
    takeUnit(((lead & 0x0f) << 12) | (next << 6) | third);
    return position + 3;
  }
  const character = ((lead & 0x07) << 18) | (next << 12) | (third << 6) | (<u32>load<u8>(position, 3) & 0x3f);
  takeUnit(0xd800 + ((character - 0x10000) >> 10));
  takeUnit(0xdc00 | (character & 0x3ff));
  return position + 4;
}
