import { invalid } from './storage-error';

/** What a request of a resumable upload carries. */
export type ContentRange =
  /** Nothing: it asks how much has arrived. */
  | { readonly kind: 'query'; readonly total: number | undefined }
  /** Bytes from `start` on; without `total` it's the last request if it doesn't say where it ends. */
  | {
      readonly kind: 'bytes';
      readonly start: number;
      readonly end: number | undefined;
      readonly total: number | undefined;
    };

/** @throws {StorageError} 400 for a header that can't be read */
export function contentRangeOf(headers: Headers): ContentRange {
  const header = headers.get('content-range');
  if (header === null) return { kind: 'bytes', start: 0, end: undefined, total: undefined };
  const match = /^bytes (?:\*|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(header);
  if (!match) throw invalid(`Failed to parse Content-Range header: ${header}`);
  const [, start, end, total] = match;
  if (start === undefined) return { kind: 'query', total: numberOf(total) };
  return { kind: 'bytes', start: Number(start), end: numberOf(end), total: numberOf(total) };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === '*' ? undefined : Number(text);
}
