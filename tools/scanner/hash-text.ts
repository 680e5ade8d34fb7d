// The hash that src/rows/hash64.ts gives of a decoded string, made from its bytes in a line.

const FIRST_MULTIPLIER: u32 = 0x9e3779b1;
const SECOND_MULTIPLIER: u32 = 0x85ebca77;
/** Says that what is hashed is a string, as src/rows/request-hash.ts does. */
const STRING: u32 = 1;

const BACKSLASH: u32 = 0x5c;

/** The result. */
export let firstLane: u32 = 0;
export let secondLane: u32 = 0;

let first: u32 = 0;
let second: u32 = 0;
/** A UTF-16 unit that waits for the next one, and whether there is one. */
let waiting: u32 = 0;
let isWaiting: bool = false;
let units: u32 = 0;

/** Hashes the UTF-16 units of a right string, whose body lies from `start` to `end`. */
export function hashText(start: usize, end: usize): void {
  first = 0x2545f491 ^ STRING;
  second = 0x4f6cdd1d;
  isWaiting = false;
  units = 0;
  let position = start;
  while (position < end) {
    if (!isWaiting) {
      position = hashPlainPairs(position, end);
      if (position == end) break;
    }
    const byte = <u32>load<u8>(position);
    if (byte == BACKSLASH) position = takeEscape(position);
    else if (byte < 0x80) {
      takeUnit(byte);
      position += 1;
    } else position = takeSequence(byte, position);
  }
  if (isWaiting) mix(waiting);
  mix(units);
  firstLane = finish(first ^ (second >> 7));
  secondLane = finish(second ^ (firstLane * SECOND_MULTIPLIER));
}

/** Pairs of bytes that are ASCII and no escapes; where others begin, or one before the end. */
// @ts-ignore: decorator
@inline
function hashPlainPairs(start: usize, end: usize): usize {
  let position = start;
  while (position + 2 <= end) {
    const low = <u32>load<u8>(position);
    const high = <u32>load<u8>(position, 1);
    if ((low | high) >= 0x80 || low == BACKSLASH || high == BACKSLASH) break;
    mix(low | (high << 16));
    position += 2;
  }
  units += <u32>(position - start);
  return position;
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

// @ts-ignore: decorator
@inline
function takeUnit(unit: u32): void {
  if (isWaiting) mix(waiting | (unit << 16));
  else waiting = unit;
  isWaiting = !isWaiting;
  units += 1;
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
