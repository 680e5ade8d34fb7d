import type { WriteBlob } from './blob-store';
import { fromBase64Crc32c } from './crc32c';
import type { JsonObject } from './storage-call';
import { invalid } from './storage-error';

type Hashes = Pick<WriteBlob, 'crc32c' | 'md5'>;

/** The checksums in an `x-goog-hash` header, which names each with `=`. */
export function hashesOfHeader(header: string | null): Hashes {
  const hashes = new Map<string, string>();
  for (const hash of header?.split(',') ?? []) {
    const [, name = '', value = ''] = /^\s*(\w+)=(\S+)\s*$/.exec(hash) ?? [];
    hashes.set(name, value);
  }
  return hashesOf(hashes.get('crc32c'), hashes.get('md5'));
}

/** The checksums in an object's description. */
export function hashesOfDescription({ crc32c, md5Hash }: JsonObject): Hashes {
  return hashesOf(crc32c, md5Hash);
}

function hashesOf(crc32c: unknown, md5: unknown): Hashes {
  return {
    ...(typeof crc32c === 'string' ? { crc32c: checksumOf(crc32c) } : {}),
    ...(typeof md5 === 'string' ? { md5 } : {}),
  };
}

function checksumOf(text: string): number {
  const crc32c = fromBase64Crc32c(text);
  if (crc32c === undefined) throw invalid(`Invalid CRC32C: ${text}`);
  return crc32c;
}
