import type { SourceFile } from './sources';
import type { StoredObject } from '../gateways/object-store';

/** What is noted of an object that is read later, as it was when it was found. */
export function toSourceFile({ uri, generation, size, crc32c, updated }: StoredObject): SourceFile {
  return { uri, generation, size, crc32c, updated };
}
