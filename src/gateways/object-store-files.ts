import { constants, type BigIntStats } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Crc32c } from '../rows/crc32c';
import { failedFile, noSuchFile, notExpected, refusedFile, withFailures, type FileAct } from './file-failure';
import { assertPath, generationOf, nameNew, pathsBelow, removeEmpty, unfinishedBeside } from './local-files';
import { isGatewayError } from './gateway-error';
import { readPieces } from './read-pieces';
import type { ObjectStore, ReadOptions, StoredObject, WriteOptions } from './object-store';
import { contentOf } from './storage-compose';

interface Call {
  readonly signal?: AbortSignal;
}

const COMPOSE_LIMIT = 32;

/**
 * {@link ObjectStore} over files of this machine, by their absolute paths. A file is written beside its name and then given it, so
 * that nobody sees half of one; only the live version can be read. Two processes that replace one generation at the same instant are
 * not told apart, two that create are.
 */
export class ObjectStoreFiles implements ObjectStore {
  /** Checksums by path and generation: reading a large file once for it is enough. */
  readonly #checksums = new Map<string, string>();

  async find(uri: string, { signal }: Call = {}): Promise<StoredObject | undefined> {
    const act = { verb: 'find', uri } as const;
    assertPath(uri);
    signal?.throwIfAborted();
    const found = await this.#stat(act);
    return found === undefined ? undefined : this.#object(act, found, signal);
  }

  async *list(prefixUri: string, { signal }: Call = {}): AsyncIterable<StoredObject> {
    assertPath(prefixUri);
    const act = { verb: 'list', uri: prefixUri } as const;
    const paths = await pathsBelow(act, prefixUri.endsWith('/') ? prefixUri : `${dirname(prefixUri)}/`);
    for (const path of paths.filter((candidate) => candidate.startsWith(prefixUri))) {
      signal?.throwIfAborted();
      const found = await this.#stat({ verb: 'list', uri: path });
      if (found !== undefined) yield await this.#object(act, found, signal, path);
    }
  }

  async *read(
    uri: string,
    { generation, from = 0, to = Infinity, reuseMemory = false, signal }: ReadOptions = {},
  ): AsyncIterable<Buffer> {
    const act = { verb: 'read', uri } as const;
    assertPath(uri);
    signal?.throwIfAborted();
    const found = await this.#stat(act);
    if (found === undefined || (generation !== undefined && generationOf(found) !== generation)) {
      throw noSuchFile(act);
    }
    const range = { from, to: Math.min(to, Number(found.size)) };
    if (range.from >= range.to) return;
    try {
      for await (const piece of readPieces(uri, range, reuseMemory)) {
        signal?.throwIfAborted();
        yield piece;
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw failedFile(act, error);
    }
  }

  async write(
    uri: string,
    content: Buffer | string | AsyncIterable<Buffer | string>,
    options: WriteOptions = {},
  ): Promise<StoredObject> {
    const act = { verb: 'write', uri } as const;
    assertPath(uri);
    options.signal?.throwIfAborted();
    return this.#finish(act, options, async (unfinished) => {
      const checksum = new Crc32c();
      await writeNew(
        unfinished,
        typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content,
        (bytes) => {
          options.signal?.throwIfAborted();
          checksum.update(bytes);
        },
      );
      return checksum.toString();
    });
  }

  async compose(sources: readonly StoredObject[], uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    const act = { verb: 'compose', uri } as const;
    options.signal?.throwIfAborted();
    assertPath(uri);
    if (sources.length < 1 || sources.length > COMPOSE_LIMIT) {
      throw refusedFile(act, `sources must be 1 to ${COMPOSE_LIMIT} files, got ${sources.length}`);
    }
    for (const source of sources) assertPath(source.uri);
    const call = { reuseMemory: true, ...(options.signal && { signal: options.signal }) };
    const content = async function* (store: ObjectStore): AsyncGenerator<Buffer> {
      for (const { uri: from, generation } of sources) yield* store.read(from, { generation, ...call });
    };
    return this.#finish(act, options, async (unfinished) => {
      await writeNew(unfinished, content(this), () => {});
      return contentOf(sources).crc32c;
    });
  }

  /** The copy shares the bytes of the source where the file system can: neither is ever changed in place. */
  async copy(source: StoredObject, uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    const act = { verb: 'copy', uri } as const;
    assertPath(uri);
    const found = await this.#stat({ verb: 'copy', uri: source.uri });
    if (found === undefined || generationOf(found) !== source.generation) {
      throw noSuchFile(act);
    }
    return this.#finish(act, options, async (unfinished) => {
      await link(source.uri, unfinished).catch(() => copyFile(source.uri, unfinished, constants.COPYFILE_FICLONE));
      return source.crc32c;
    });
  }

  async delete(uri: string): Promise<boolean> {
    const act = { verb: 'delete', uri } as const;
    assertPath(uri);
    if ((await this.#stat(act)) === undefined) return false;
    await withFailures(act, () => rm(uri, { force: true }));
    await removeEmpty(dirname(uri));
    return true;
  }

  /** Has the content written beside the name, and gives it the name if the precondition holds. */
  async #finish(
    act: FileAct,
    { ifGenerationMatch, signal }: WriteOptions,
    fill: (unfinished: string) => Promise<string>,
  ): Promise<StoredObject> {
    const unfinished = unfinishedBeside(act.uri);
    try {
      await withFailures(act, () => mkdir(dirname(act.uri), { recursive: true }));
      const checksum = await withFailures(act, () => fill(unfinished));
      signal?.throwIfAborted();
      await withFailures(act, () => this.#name(act, unfinished, ifGenerationMatch));
      const found = await this.#stat(act);
      if (found === undefined) throw noSuchFile(act);
      this.#checksums.set(checksumKey(act.uri, found), checksum);
      return await this.#object(act, found, signal);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async #name(act: FileAct, unfinished: string, ifGenerationMatch: string | 0 | undefined): Promise<void> {
    if (ifGenerationMatch === 0) return nameNew(act, unfinished);
    const standing = ifGenerationMatch === undefined ? undefined : await this.#stat(act);
    if (ifGenerationMatch !== undefined && (standing === undefined || generationOf(standing) !== ifGenerationMatch)) {
      throw notExpected(act);
    }
    await rename(unfinished, act.uri);
  }

  async #stat(act: FileAct): Promise<BigIntStats | undefined> {
    try {
      const found = await stat(act.uri, { bigint: true });
      return found.isFile() ? found : undefined;
    } catch (error) {
      const failure = failedFile(act, error);
      if (isGatewayError(failure, 'not-found')) return undefined;
      throw failure;
    }
  }

  async #object(
    act: FileAct,
    found: BigIntStats,
    signal: AbortSignal | undefined,
    uri = act.uri,
  ): Promise<StoredObject> {
    const key = checksumKey(uri, found);
    const crc32c = this.#checksums.get(key) ?? (await this.#checksumOf(uri, signal));
    this.#checksums.set(key, crc32c);
    const updated = found.mtime.toISOString();
    return { uri, generation: generationOf(found), size: Number(found.size), crc32c, updated };
  }

  async #checksumOf(uri: string, signal: AbortSignal | undefined): Promise<string> {
    const checksum = new Crc32c();
    for await (const piece of this.read(uri, { reuseMemory: true, ...(signal && { signal }) })) checksum.update(piece);
    return checksum.toString();
  }
}

/** Writes the pieces one behind the other, each once it was looked at. */
async function writeNew(
  path: string,
  pieces: AsyncIterable<Buffer | string> | Iterable<Buffer | string>,
  look: (bytes: Buffer) => void,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      look(bytes);
      await file.writeFile(bytes);
    }
  } finally {
    await file.close();
  }
}

function checksumKey(path: string, found: BigIntStats): string {
  return `${generationOf(found)} ${path}`;
}
