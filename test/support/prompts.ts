/** A row whose prompt is `text`. */
export function prompt(key: string, text = `Say something about ${key}`): { key: string; request: object } {
  return { key, request: { contents: [{ role: 'user', parts: [{ text }] }] } };
}

export function prompts(count: number): { key: string; request: object }[] {
  return Array.from({ length: count }, (_, row) => prompt(`p-${row}`));
}

/** A row as a line of so many bytes more, of white space that JSON takes. */
export function padded(row: object, bytes: number): string {
  return `${JSON.stringify(row).slice(0, -1)}${' '.repeat(bytes)}}`;
}

/** Of a megabyte each: two files of so many are a range each. */
export const ROWS_OF_A_RANGE = 34;
