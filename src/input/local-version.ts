import { stat } from 'node:fs/promises';
import { generationOf } from '../gateways/local-files';
import { inputChanged } from '../rows/input-changes';
import type { InputFile } from '../rows/threads/range-messages';

/** A file of this machine, as it was found. */
export interface LocalFile extends InputFile {
  /** What it had then that a change shows by; null for one that is ours alone. */
  readonly version: string | null;
}

/**
 * What `work` makes of files that stay as they were found until it has ended.
 * @throws {BatchError} `InputChanged`, whatever else went wrong, when one was changed, replaced or deleted meanwhile
 */
export async function whileUnchanged<Value>(files: readonly LocalFile[], work: () => Promise<Value>): Promise<Value> {
  const done = await work().catch(async (error: unknown) => {
    await requireUnchanged(files, error);
    throw error;
  });
  await requireUnchanged(files);
  return done;
}

async function requireUnchanged(files: readonly LocalFile[], cause?: unknown): Promise<void> {
  for (const { uri, path, version } of files) {
    if (version !== null && (await versionAt(path)) !== version) throw inputChanged(uri, cause);
  }
}

async function versionAt(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && generationOf(found);
}
