import type { SourceFile } from './sources';
import { BatchError } from '../domain/batch-error';
import { isGatewayError } from '../gateways/gateway-error';
import type { ObjectStore, ReadOptions } from '../gateways/object-store';
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

/** URIs of files that changed or vanished since they were found. The same bytes, written again, are no change. */
export async function findChanges(
  store: ObjectStore,
  files: readonly Content[],
  options: CallOptions = {},
): Promise<string[]> {
  const changed: string[] = [];
  for (let from = 0; from < files.length; from += LOOKS_AT_A_TIME) {
    const batch = files.slice(from, from + LOOKS_AT_A_TIME);
    const present = await Promise.all(batch.map((file) => store.find(file.uri, options)));
    changed.push(...batch.filter((file, position) => !hasSameContent(file, present[position])).map(({ uri }) => uri));
  }
  return changed;
}

/** What was found instead of the version that was noted. */
export function inputChanged(uri: string, cause?: unknown): BatchError {
  return new BatchError('InputChanged', `${uri} was changed, replaced or deleted since it was found`, { cause });
}

/**
 * Bytes [from, to) of an input file as it was found; where that version is gone, of one with the same bytes.
 * @throws {BatchError} `InputChanged` when there is none
 */
export async function* readInput(
  store: ObjectStore,
  file: Content & Pick<SourceFile, 'generation'>,
  { from, to, ...options }: Omit<ReadOptions, 'generation'> & { readonly from: number; readonly to: number },
): AsyncGenerator<Buffer, void, undefined> {
  let position = from;
  try {
    for await (const chunk of store.read(file.uri, { ...options, generation: file.generation, from, to })) {
      position += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (!isGatewayError(error, 'not-found')) throw error;
    const live = await store.find(file.uri, options);
    if (live === undefined || live.generation === file.generation || !hasSameContent(file, live)) {
      throw inputChanged(file.uri, error);
    }
    yield* readInput(store, live, { ...options, from: position, to });
  }
}
