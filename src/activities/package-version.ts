import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package's name and version, as its package.json has them. */
export function packageVersion(): { readonly name: string; readonly version: string } {
  const file = join(__dirname, '..', '..', 'package.json');
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
  return { name, version };
}
