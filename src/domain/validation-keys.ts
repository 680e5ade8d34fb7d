/** Fields that identify a row when the caller names none, most telling first. */
export const DEFAULT_KEY_FIELDS = ['key', 'custom_id', 'id'] as const;

/** A key of a row, as far as a job may see it. */
export interface RowKey {
  readonly text: string;
  /** A string that the service's import leaves as it is. */
  readonly safe: boolean;
}

/** Longest key in UTF-16 units; indexes hold all keys of a part in memory. */
export const MAX_KEY_LENGTH = 1024;

/** What a top-level value is as a key; `undefined` when it can't be one. */
export function rowKeyOf(value: unknown): RowKey | undefined {
  if (typeof value === 'number') return { text: JSON.stringify(value), safe: false };
  if (typeof value !== 'string' || value === '' || value.length > MAX_KEY_LENGTH) return undefined;
  return { text: value, safe: !looksLikeNumber(value) };
}

/** The service's import reads texts that look like numbers as numbers (`"000000"` comes back as `0`). */
function looksLikeNumber(text: string): boolean {
  return /^\s*[+-]?((\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|0x[0-9a-f]+|inf(inity)?|nan)\s*$/i.test(text);
}

/** Key of a row in a staged copy. */
export function stagedKey(file: number, line: number): string {
  return `r${file}-${line}`;
}

/** Where a {@link stagedKey} points, or `undefined` when it isn't one. */
export function parseStagedKey(key: string): { readonly file: number; readonly line: number } | undefined {
  const match = /^r(\d{1,10})-(\d{1,10})$/.exec(key);
  return match === null ? undefined : { file: Number(match[1]), line: Number(match[2]) };
}

/** Key of a row for which the caller gave none. */
export function positionKey(file: number, line: number): string {
  return `${file}:${line}`;
}
