import type { Blob, BlobMetadata } from './blob-store';
import { toBase64Crc32c } from './crc32c';
import { isJsonObject } from './storage-call';
import type { JsonObject } from './storage-call';
import { invalid } from './storage-error';

const TEXT_FIELDS = [
  'contentType',
  'contentEncoding',
  'cacheControl',
  'contentDisposition',
  'contentLanguage',
] as const satisfies (keyof BlobMetadata)[];

/** The JSON form of an object; 64-bit numbers are strings, unset fields are absent. */
export function objectResource(blob: Blob, origin: string) {
  const path = `/storage/v1/b/${blob.bucket}/o/${encodeURIComponent(blob.name)}`;
  return {
    kind: 'storage#object',
    id: `${blob.bucket}/${blob.name}/${blob.generation}`,
    selfLink: `${origin}${path}`,
    mediaLink: `${origin}/download${path}?generation=${blob.generation}&alt=media`,
    name: blob.name,
    bucket: blob.bucket,
    generation: String(blob.generation),
    metageneration: String(blob.metageneration),
    contentType: blob.contentType,
    storageClass: 'STANDARD',
    size: String(blob.size),
    md5Hash: blob.md5,
    cacheControl: blob.cacheControl,
    contentEncoding: blob.contentEncoding,
    contentDisposition: blob.contentDisposition,
    contentLanguage: blob.contentLanguage,
    crc32c: toBase64Crc32c(blob.crc32c),
    componentCount: blob.componentCount,
    etag: etagOf(blob),
    timeCreated: blob.timeCreated.toISOString(),
    updated: blob.updated.toISOString(),
    timeDeleted: blob.timeDeleted?.toISOString(),
    timeStorageClassUpdated: blob.timeCreated.toISOString(),
    timeFinalized: blob.timeCreated.toISOString(),
    metadata: Object.keys(blob.metadata).length > 0 ? blob.metadata : undefined,
  };
}

/** Changes with the content and with what is said about it. */
export function etagOf({ generation, metageneration }: Pick<Blob, 'generation' | 'metageneration'>): string {
  return Buffer.from([0x08, ...varintOf(generation), 0x10, ...varintOf(metageneration)]).toString('base64');
}

/** What a body says about an object; `null` unsets a field or one entry of `metadata`. */
export function metadataChangesOf(body: JsonObject, current: Readonly<Record<string, string>> = {}): BlobMetadata {
  const changes: Partial<Record<(typeof TEXT_FIELDS)[number], string | undefined>> = {};
  for (const field of TEXT_FIELDS) {
    if (field in body) changes[field] = textOf(body[field], field);
  }
  return 'metadata' in body ? { ...changes, metadata: entriesOf(body['metadata'], current) } : changes;
}

/** As `metadataChangesOf`, but what the body leaves out is unset. */
export function metadataOf(body: JsonObject): BlobMetadata {
  const unset = Object.fromEntries(TEXT_FIELDS.map((field) => [field, undefined]));
  return { ...unset, metadata: {}, ...metadataChangesOf(body) };
}

function entriesOf(value: unknown, current: Readonly<Record<string, string>>): Record<string, string> {
  if (value === null) return {};
  if (!isJsonObject(value)) throw invalid('Invalid value for metadata.');
  const entries = new Map(Object.entries(current));
  for (const [key, entry] of Object.entries(value)) {
    const text = textOf(entry, `metadata.${key}`);
    if (text === undefined) entries.delete(key);
    else entries.set(key, text);
  }
  return Object.fromEntries(entries);
}

function textOf(value: unknown, field: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(`Invalid value for ${field}.`);
}

function varintOf(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
