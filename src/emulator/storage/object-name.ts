import { invalid } from './storage-error';

const LONGEST_NAME = 1024;

/** @throws {StorageError} 400 for a name that the service refuses */
export function assertObjectName(name: string): string {
  const isPath = name === '.' || name === '..' || name.startsWith('.well-known/acme-challenge/');
  const length = Buffer.byteLength(name);
  if (isPath || /[\r\n]/.test(name)) throw invalid(`Invalid object name: ${JSON.stringify(name)}`);
  if (length === 0 || length > LONGEST_NAME) {
    throw invalid(`The specified object name has ${length} bytes; it must have 1 to ${LONGEST_NAME}.`);
  }
  return name;
}
