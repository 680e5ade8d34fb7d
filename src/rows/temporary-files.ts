import { BatchError } from '../domain/batch-error';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'has no room',
  EDQUOT: "has no room within this user's quota",
  EFBIG: 'has no room for a file so large',
  EACCES: "can't be written by this user",
  EPERM: "can't be written by this user",
  EROFS: "can't be written, its file system is read-only",
  ENOTDIR: "isn't a directory",
  ENOENT: "doesn't exist",
};

/** Names a directory of temporary files and the remedy where that is why something couldn't be kept there; other errors stay as they are. */
export function failedInTemporary(error: unknown, directory: string, what: string): unknown {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  if (reason === undefined) return error;
  return new BatchError(
    'TooLarge',
    `${directory} ${reason}, and ${what} is kept there while the input is checked: set TMPDIR to a directory with room.`,
    { cause: error },
  );
}
