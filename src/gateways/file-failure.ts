import { GatewayError, type GatewayErrorKind } from './gateway-error';

/** What was being done to which file; the words of every message. */
export interface FileAct {
  readonly verb: 'read' | 'find' | 'list' | 'write' | 'compose' | 'copy' | 'delete';
  readonly uri: string;
}

const KINDS: Readonly<Record<string, GatewayErrorKind>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EEXIST: 'precondition',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  EISDIR: 'invalid-request',
  EINVAL: 'invalid-request',
  ENAMETOOLONG: 'invalid-request',
};

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room, or name another directory.',
  EACCES: 'permission denied. Check its owner and mode.',
  EROFS: 'the file system is read-only. Name another directory.',
};

/** The error in what the file system throws; anything else stays what it is. */
export function failedFile(act: FileAct, error: unknown): unknown {
  if (error instanceof GatewayError || !(error instanceof Error) || !('syscall' in error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const why = REMEDIES[code] ?? `${error.message}.`;
  return new GatewayError(KINDS[code] ?? 'unavailable', `Cannot ${act.verb} ${act.uri}: ${why}`, { cause: error });
}

/** Runs `body` and says of its failures what was being done. */
export async function withFailures<Value>(act: FileAct, body: () => Promise<Value>): Promise<Value> {
  try {
    return await body();
  } catch (error) {
    throw failedFile(act, error);
  }
}

export function noSuchFile({ verb, uri }: FileAct): GatewayError {
  return new GatewayError('not-found', `Cannot ${verb} ${uri}: there is no such file, or it was changed meanwhile.`);
}

export function notExpected({ verb, uri }: FileAct): GatewayError {
  return new GatewayError('precondition', `Cannot ${verb} ${uri}: the file is not the version that was expected.`);
}

export function refusedFile({ verb, uri }: FileAct, why: string): GatewayError {
  return new GatewayError('invalid-request', `Cannot ${verb} ${uri}: ${why}.`, { effect: 'never-sent' });
}
