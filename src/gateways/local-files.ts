import { randomBytes } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { copyFile, link, readdir, rmdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { failedFile, notExpected, type FileAct } from './file-failure';
import { GatewayError, isGatewayError } from './gateway-error';

/** Of what is being written. */
const UNFINISHED = /^\.vertex-batch-[0-9a-f]+\.tmp$/;

/** @throws {GatewayError} `invalid-request` */
export function assertPath(uri: string): void {
  if (isAbsolute(uri) && !uri.includes('\0')) return;
  throw new GatewayError('invalid-request', `A file is named by its absolute path, got ${JSON.stringify(uri)}.`, {
    effect: 'never-sent',
  });
}

/** A name in the same directory that nobody reads. */
export function unfinishedBeside(path: string): string {
  return join(dirname(path), `.vertex-batch-${randomBytes(8).toString('hex')}.tmp`);
}

/** A file that is replaced is another one, and one that is changed in place has another time. */
export function generationOf({ mtimeNs, ino, size }: BigIntStats): string {
  return `${mtimeNs}${ino}${size}`;
}

/** What lies below a directory at any depth, directories as well, in the order of their paths' UTF-8 bytes, as Cloud Storage lists. */
export async function pathsBelow(act: FileAct, directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory, { recursive: true });
    return names
      .filter((name) => !UNFINISHED.test(basename(name)))
      .map((name) => join(directory, name))
      .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  } catch (error) {
    const failure = failedFile(act, error);
    if (isGatewayError(failure, 'not-found')) return [];
    throw failure;
  }
}

/** Gives a finished file its name unless something has it already. */
export async function nameNew(act: FileAct, unfinished: string): Promise<void> {
  try {
    await link(unfinished, act.uri).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // a file system without links
      await copyFile(unfinished, act.uri, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? notExpected(act) : error;
  }
}

/** Directories are there because of what is in them. */
export async function removeEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch {
    return;
  }
  await removeEmpty(dirname(directory));
}
