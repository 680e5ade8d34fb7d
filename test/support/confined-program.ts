import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Whom nothing belongs to. */
export const NOBODY = 65534;

const AS_NOBODY = [
  'setpriv',
  `--reuid=${NOBODY}`,
  `--regid=${NOBODY}`,
  '--clear-groups',
  '--no-new-privs',
  '--inh-caps=-all',
  '--bounding-set=-all',
];

/** In mounts of its own: the directory and its node_modules are read-only, and nobody runs the rest of the words there. */
const CONFINE = `
set -e
mount --bind "$1" "$1"
mount --bind "$2" "$1/node_modules"
mount -o remount,bind,ro "$1/node_modules"
mount -o remount,bind,ro "$1"
cd "$1"
shift 2
exec ${AS_NOBODY.join(' ')} "$@"
`;

/**
 * The words that run a program in a directory as a user with no rights at all, who can't change the directory's files.
 * @param modules what the directory has as `node_modules`
 */
export function confined(directory: string, modules: string, program: readonly string[]): string[] {
  mkdirSync(join(directory, 'node_modules'), { recursive: true });
  return ['unshare', '--mount', 'sh', '-c', CONFINE, 'sh', directory, modules, ...program];
}

/** Why this machine can't confine a program; undefined where it can. */
export function whyNotConfined(): string | undefined {
  if (process.platform !== 'linux') return 'mount namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'only root can give a program mounts and a user of its own';
  try {
    execFileSync('unshare', ['--mount', ...AS_NOBODY, process.execPath, '--version'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `unshare or setpriv can't be used here: ${(error as Error).message}`;
  }
}
