import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { runQuietly } from '../../src/dev/run-quietly';
import { inScratchDirectory, moveIntoPlace, serverCacheDirectory, withLock } from '../../src/dev/server-cache';

const run = promisify(execFile);
const VERSION = '2.25.0';

export type PythonWithGenai =
  | { readonly kind: 'found'; readonly python: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** A Python that has Google's Gen AI SDK: one that is there, else a virtual environment of our own, made once per user. */
export async function findPythonWithGenai(): Promise<PythonWithGenai> {
  const environment = join(serverCacheDirectory(), `python-google-genai-${VERSION}`);
  const own = join(environment, 'bin', 'python');
  for (const python of [own, 'python3', 'python']) {
    if (await hasGenai(python)) return { kind: 'found', python };
  }
  try {
    await withLock(environment, noteWaiting, () => makeEnvironment(environment));
    return { kind: 'found', python: own };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'absent', reason: `no Python has google-genai, and it could not be installed: ${why}` };
  }
}

/** Runs a program with one JSON argument and gives the JSON value that it prints. */
export async function runPython(python: string, program: string, input: object): Promise<unknown> {
  const { stdout } = await run(python, ['-c', program, JSON.stringify(input)], { timeout: 60_000 });
  return JSON.parse(stdout);
}

async function hasGenai(python: string): Promise<boolean> {
  try {
    await run(python, ['-c', 'import google.genai'], { timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

async function makeEnvironment(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  await inScratchDirectory(directory, async (scratch) => {
    const unfinished = join(scratch, 'environment');
    await runQuietly('python3', ['-m', 'venv', unfinished], {});
    const pip = [
      join(unfinished, 'bin', 'python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      `google-genai==${VERSION}`,
    ] as const;
    await runQuietly(pip[0], pip.slice(1), {});
    await moveIntoPlace(unfinished, directory);
  });
}

function noteWaiting(): void {
  process.stderr.write('Waiting for another process that is installing google-genai\n');
}
