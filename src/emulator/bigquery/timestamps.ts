const MICROS = 1_000_000;

/** How `tabledata.list` writes a TIMESTAMP; `formatOptions` choose. */
export type TimestampFormat = 'FLOAT64' | 'INT64' | 'ISO8601_STRING';

/** Microseconds since 1970 as a whole number in digits; `undefined` for what is no timestamp. Numbers are seconds. */
export function toMicros(value: unknown): string | undefined {
  if (typeof value === 'number') return String(Math.round(value * MICROS));
  if (typeof value !== 'string') return undefined;
  if (/^-?\d+(\.\d+)?$/.test(value)) return String(Math.round(Number(value) * MICROS));
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/.exec(
    value,
  );
  if (parts === null) return undefined;
  const [, date, time = '00:00:00', fraction = '', zone = 'Z'] = parts;
  const seconds = Date.parse(`${date}T${time}${zone === 'UTC' ? 'Z' : zone}`) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return String(BigInt(seconds) * BigInt(MICROS) + BigInt(fraction.padEnd(6, '0').slice(0, 6)));
}

export function formatTimestamp(micros: string, format: TimestampFormat): string {
  if (format === 'INT64') return micros;
  if (format === 'FLOAT64') return String(Number(micros) / MICROS);
  const whole = BigInt(micros);
  const rest = ((whole % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((whole - rest) / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(rest).padStart(6, '0')}000000Z`;
}
