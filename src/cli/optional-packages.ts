import { createRequire } from 'node:module';
import { CommandError, EXIT } from './exit-code';

const requireHere = createRequire(__filename);

/** What only workers need, and the package therefore doesn't bring. */
export const WORKER_PACKAGES = [
  '@temporalio/worker',
  '@temporalio/workflow',
  '@temporalio/activity',
  '@temporalio/plugin',
] as const;

/** @throws {CommandError} with the line that brings what isn't installed */
export function requirePackages(command: string, packages: readonly string[]): void {
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length > 0) throw new CommandError(EXIT.usage, missingText(command, missing));
}

/** The same for an import that failed; `undefined` for any other error. */
export function missingPackageText(error: unknown): string | undefined {
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const name = /Cannot find (?:module|package) '(@temporalio\/[a-z]+)/.exec(message)?.[1];
  return name === undefined ? undefined : missingText('COMMAND', [name]);
}

function isInstalled(name: string): boolean {
  try {
    requireHere.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function missingText(command: string, names: readonly string[]): string {
  const are = names.length === 1 ? "isn't" : "aren't";
  const packages = ['temporal-vertex-batch', ...names].map((name) => ` -p ${name}`).join('');
  return [
    `This needs ${names.join(', ')}, which ${are} installed.`,
    `  in a project:  npm install ${names.join(' ')}`,
    `  just once:     npx${packages} vertex-batch ${command}`,
  ].join('\n');
}
