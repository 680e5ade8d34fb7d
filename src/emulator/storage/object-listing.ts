import type { Blob } from './blob-store';
import { globExpression } from './glob';
import { compareUtf8 } from './sorted-names';
import { integerQuery } from './storage-call';
import { invalid } from './storage-error';

const LONGEST_PAGE = 1000;

export interface ObjectListing {
  readonly items: readonly Blob[];
  readonly prefixes: readonly string[];
  readonly nextPageToken: string | undefined;
}

/** What a page consists of: an object, or a "folder" that stands for all names below it. */
interface Entry {
  readonly name: string;
  readonly blob: Blob | undefined;
}

interface Position {
  readonly name: string;
  readonly generation: number;
}

/** One page of `blobs`, which come in the order of their names and all have the prefix. */
export function pageOf(blobs: Iterable<Blob>, query: URLSearchParams): ObjectListing {
  const after = positionOf(query.get('pageToken'));
  const length = Math.min(integerQuery(query, 'maxResults') || LONGEST_PAGE, LONGEST_PAGE);
  const page: Entry[] = [];
  for (const entry of entriesOf(matching(blobs, query), query)) {
    if (after && !isBehind(entry, after)) continue;
    if (page.length === length) return listingOf(page, tokenOf(page.at(-1)!));
    page.push(entry);
  }
  return listingOf(page, undefined);
}

function listingOf(entries: readonly Entry[], nextPageToken: string | undefined): ObjectListing {
  const items = entries.flatMap(({ blob }) => blob ?? []);
  const prefixes = entries.filter(({ blob }) => !blob).map(({ name }) => name);
  return { items, prefixes, nextPageToken };
}

function* matching(blobs: Iterable<Blob>, query: URLSearchParams): Generator<Blob> {
  const startOffset = query.get('startOffset') ?? '';
  const endOffset = query.get('endOffset');
  const glob = query.get('matchGlob');
  const expression = glob ? globExpression(glob) : undefined;
  for (const blob of blobs) {
    if (compareUtf8(blob.name, startOffset) < 0) continue;
    if (endOffset && compareUtf8(blob.name, endOffset) >= 0) return;
    if (!expression || expression.test(blob.name)) yield blob;
  }
}

function* entriesOf(blobs: Iterable<Blob>, query: URLSearchParams): Generator<Entry> {
  const delimiter = query.get('delimiter');
  const prefixLength = query.get('prefix')?.length ?? 0;
  let lastFolder: string | undefined;
  for (const blob of blobs) {
    const end = delimiter ? blob.name.indexOf(delimiter, prefixLength) : -1;
    if (!delimiter || end < 0) {
      yield { name: blob.name, blob };
      continue;
    }
    const folder = blob.name.slice(0, end + delimiter.length);
    if (folder !== lastFolder) yield { name: folder, blob: undefined };
    lastFolder = folder;
  }
}

function isBehind({ name, blob }: Entry, after: Position): boolean {
  const order = compareUtf8(name, after.name);
  return order > 0 || (order === 0 && blob !== undefined && blob.generation > after.generation);
}

function tokenOf({ name, blob }: Entry): string {
  return Buffer.from(JSON.stringify({ name, generation: blob?.generation ?? 0 })).toString('base64url');
}

function positionOf(token: string | null): Position | undefined {
  if (!token) return undefined;
  try {
    const { name, generation }: Partial<Position> = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof name === 'string' && typeof generation === 'number') return { name, generation };
  } catch {
    // Not one of ours.
  }
  throw invalid(`Invalid page token: ${token}`);
}
