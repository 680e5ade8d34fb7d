import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError, EXIT } from './exit-code';

/** The absolute path of a file that a flag names. */
export function existingFile(flag: string, path: string): string {
  const absolute = resolve(path);
  const found = statSync(absolute, { throwIfNoEntry: false });
  if (found?.isFile() === true) return absolute;
  const what = found === undefined ? "doesn't exist" : "isn't a file";
  throw new CommandError(EXIT.usage, `${flag} ${path} ${what} (looked for ${absolute}).`);
}
