import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where this user's servers are kept, shared by every clone of the project. */
export function serverCacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(cacheHome(environment), 'temporal-vertex-batch', 'servers');
}

function cacheHome(environment: NodeJS.ProcessEnv): string {
  if (environment['XDG_CACHE_HOME']) return environment['XDG_CACHE_HOME'];
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32' && environment['LOCALAPPDATA']) return environment['LOCALAPPDATA'];
  return join(homedir(), '.cache');
}

/** Moves a finished file to its place in one step: a reader sees the whole file or none. */
export async function moveIntoPlace(file: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rename(file, target);
}

/** A fresh directory beside `target`, hence on its file system; gone when `use` ends. */
export async function inScratchDirectory<T>(target: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = join(dirname(target), `.${basename(target)}-${process.pid}-${Date.now()}`);
  await mkdir(directory, { recursive: true });
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs `work` while no other process holds the lock of `target`; a dead holder's lock is taken over. */
export async function withLock<T>(target: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  const lock = `${target}.lock`;
  await mkdir(dirname(lock), { recursive: true });
  let told = false;
  while (!(await tookLock(lock))) {
    if (!told) onWait();
    told = true;
    if (await isAbandoned(lock)) await rm(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 250));
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tookLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
  // Empty for the instant between its creation and its first write.
  if (!Number.isInteger(holder) || holder <= 0) return false;
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
