import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { runQuietly } from '../../src/dev/run-quietly';
import { inScratchDirectory, moveIntoPlace, serverCacheDirectory, withLock } from '../../src/dev/server-cache';

const run = promisify(execFile);

/** A client of Google's for Python. */
interface PythonPackage {
  readonly name: string;
  readonly version: string;
  /** What a program imports. */
  readonly module: string;
}

export const GENAI: PythonPackage = { name: 'google-genai', version: '2.25.0', module: 'google.genai' };
export const BIGQUERY: PythonPackage = {
  name: 'google-cloud-bigquery',
  version: '3.47.0',
  module: 'google.cloud.bigquery',
};

export type FoundPython =
  | { readonly kind: 'found'; readonly python: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** A Python that has the package: one that is there, else a virtual environment of our own, made once per user. */
export async function findPythonWith(wanted: PythonPackage): Promise<FoundPython> {
  const environment = join(serverCacheDirectory(), `python-${wanted.name}-${wanted.version}`);
  const own = join(environment, 'bin', 'python');
  for (const python of [own, 'python3', 'python']) {
    if (await hasModule(python, wanted)) return { kind: 'found', python };
  }
  const onWait = () => process.stderr.write(`Waiting for another process that is installing ${wanted.name}\n`);
  try {
    await withLock(environment, onWait, () => makeEnvironment(environment, wanted));
    return { kind: 'found', python: own };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'absent', reason: `no Python has ${wanted.name}, and it could not be installed: ${why}` };
  }
}

/** Runs a program with one JSON argument and gives the JSON value that it prints. */
export async function runPython(python: string, program: string, input: object): Promise<unknown> {
  const { stdout } = await run(python, ['-c', program, JSON.stringify(input)], { timeout: 60_000 });
  return JSON.parse(stdout);
}

async function hasModule(python: string, { module }: PythonPackage): Promise<boolean> {
  try {
    await run(python, ['-c', `import ${module}`], { timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

async function makeEnvironment(directory: string, { name, version }: PythonPackage): Promise<void> {
  if (existsSync(directory)) return;
  await inScratchDirectory(directory, async (scratch) => {
    const unfinished = join(scratch, 'environment');
    await runQuietly('python3', ['-m', 'venv', unfinished], {});
    const install = ['-m', 'pip', 'install', '--quiet', `${name}==${version}`];
    await runQuietly(join(unfinished, 'bin', 'python'), install, {});
    await moveIntoPlace(unfinished, directory);
  });
}
