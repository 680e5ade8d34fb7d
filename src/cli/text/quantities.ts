import { count } from '../../domain/count-text';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `41 s`, `1 m 31 s`, `1 h 04 m`, `2 d 3 h`. */
export function durationText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m ${twoDigits((ms % MINUTE) / SECOND)} s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${twoDigits((ms % HOUR) / MINUTE)} m`;
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

/** Time of day here; with the date when that isn't today, with seconds when asked for. */
export function clockText(time: string | number, now: number, withSeconds = false): string {
  const date = new Date(time);
  const clock = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])]
    .map(twoDigits)
    .join(':');
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${clock}`;
}

/** `1 row`, `30,000 rows`. */
export function countOf(number: number, name: string): string {
  return `${count(number)} ${name}${number === 1 ? '' : 's'}`;
}

/** `177 MB`, `950 bytes`. */
export function bytesText(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : scaled(bytes, ['kB', 'MB', 'GB', 'TB']);
}

/** `44.1 M`, `850`. */
export function tokensText(tokens: number): string {
  return tokens < 10_000 ? count(tokens) : scaled(tokens, ['k', 'M', 'G']);
}

function scaled(value: number, units: readonly string[]): string {
  let scale = value / 1_000;
  let unit = 0;
  while (scale >= 999.5 && unit < units.length - 1) {
    scale /= 1_000;
    unit += 1;
  }
  return `${scale < 100 ? Number(scale.toFixed(1)) : Math.round(scale)} ${units[unit]}`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
