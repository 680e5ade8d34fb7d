// Numbers of JSON as people write them.

import { isDigit } from './bytes';

const MOST_DIGITS: i32 = 15;

/** What was read last. */
export let readValue: f64 = 0;

/** Reads a number of which a float loses no digit; any other is left to JSON. */
export function readNumber(start: usize, end: usize): bool {
  const isNegative = load<u8>(start) == 0x2d;
  const whole = isNegative ? start + 1 : start;
  let position = whole;
  let point: usize = 0;
  let digits: i32 = 0;
  let value: f64 = 0;
  let power: f64 = 1;
  while (position < end) {
    const byte = <i32>load<u8>(position);
    if (isDigit(byte)) {
      value = value * 10 + <f64>(byte - 0x30);
      digits += 1;
      if (point != 0) power *= 10;
    } else if (byte == 0x2e && point == 0) point = position;
    else return false;
    position += 1;
  }
  const wholeEnd = point == 0 ? end : point;
  if (digits > MOST_DIGITS || wholeEnd == whole || point + 1 == end) return false;
  if (load<u8>(whole) == 0x30 && wholeEnd > whole + 1) return false;
  readValue = (isNegative ? -value : value) / power;
  return true;
}
