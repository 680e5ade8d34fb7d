import { dirname, join } from 'node:path';
import { serverCacheDirectory } from '../../src/dev/server-cache';
import { runProgram, runs } from './run-program';

const PACKAGES = ['pydantic', 'duckdb'] as const;

export type PythonPackage = (typeof PACKAGES)[number];

/** Of this user, shared by every clone. */
const ENVIRONMENT = join(dirname(serverCacheDirectory()), 'bench-python');
const ENVIRONMENT_PYTHON = join(ENVIRONMENT, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Makes a Python environment with the packages in the user's cache. */
export async function installPython(): Promise<void> {
  await runProgram('python3', ['-m', 'venv', ENVIRONMENT]);
  await runProgram(ENVIRONMENT_PYTHON, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
}

export interface PythonWithPackage {
  readonly python: string;
  readonly version: string;
}

/** A Python that has the package: the environment of `installPython` before the one on the PATH. */
export async function findPython(packageName: PythonPackage): Promise<PythonWithPackage | undefined> {
  for (const python of [ENVIRONMENT_PYTHON, 'python3']) {
    const version = ['-c', `from importlib.metadata import version; print(version('${packageName}'))`];
    if (!(await runs(python, version))) continue;
    return { python, version: (await runProgram(python, version)).stdout.trim() };
  }
  return undefined;
}
