/** The service takes `fileData` and `file_data` alike; this is the first of the two. */
export function camelCase(name: string): string {
  return name.includes('_')
    ? name.replace(/(?<=[^_])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

/** The second of the two. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
