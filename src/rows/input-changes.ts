import type { SourceFile } from '../activities/contract';
import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions } from './commits';

type Content = Pick<SourceFile, 'uri' | 'size' | 'crc32c'>;

/** URIs whose content differs between the two, or that only one of them has. */
export function changedSources(known: readonly Content[], present: readonly Content[]): string[] {
  const contents = new Map(present.map((file) => [file.uri, file]));
  const changed = known.filter((file) => !hasSameContent(file, contents.get(file.uri))).map(({ uri }) => uri);
  const knownUris = new Set(known.map(({ uri }) => uri));
  return [...changed, ...present.map(({ uri }) => uri).filter((uri) => !knownUris.has(uri))];
}

function hasSameContent(one: Content, other: Content | undefined): boolean {
  return other !== undefined && one.size === other.size && one.crc32c === other.crc32c;
}

const LOOKS_AT_A_TIME = 16;

export interface PresentInput {
  /** URIs that changed or vanished. */
  readonly changed: readonly string[];
  /** The generation to read of each of the others: a file that was replaced by an equal one has another. */
  readonly generations: ReadonlyMap<string, string>;
}

/** Compares files as they were found with what is there now. A file that was written again with the same bytes is the same. */
export async function lookAtInput(
  store: ObjectStore,
  files: readonly SourceFile[],
  options: CallOptions = {},
): Promise<PresentInput> {
  const changed: string[] = [];
  const generations = new Map<string, string>();
  for (let from = 0; from < files.length; from += LOOKS_AT_A_TIME) {
    const batch = files.slice(from, from + LOOKS_AT_A_TIME);
    const present = await Promise.all(batch.map((file) => store.find(file.uri, options)));
    for (const [position, file] of batch.entries()) {
      const live = present[position];
      if (live !== undefined && hasSameContent(file, live)) generations.set(file.uri, live.generation);
      else changed.push(file.uri);
    }
  }
  return { changed, generations };
}
