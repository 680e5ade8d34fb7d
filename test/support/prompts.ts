/** A row whose prompt is `text`. */
export function prompt(key: string, text = `Say something about ${key}`): { key: string; request: object } {
  return { key, request: { contents: [{ role: 'user', parts: [{ text }] }] } };
}

export function prompts(count: number): { key: string; request: object }[] {
  return Array.from({ length: count }, (_, row) => prompt(`p-${row}`));
}
