import { ObjectStoreFiles } from '../../src/gateways/object-store-files';
import type { ObjectStore, ReadOptions, StoredObject, WriteOptions } from '../../src/gateways/object-store';
import { assertComposable, contentOf as joined } from '../../src/gateways/storage-compose';
import { refusedStorage } from '../../src/gateways/storage-failure';
import { Crc32c } from '../../src/rows/crc32c';
import { contentOf, type FixedRows } from './fixed-rows';
import { rowOf, type RowSpan } from './generated-run';

/** An object whose content is made when it is read, or, without rows, nowhere any more. */
interface Described {
  readonly object: StoredObject;
  readonly rows?: FixedRows;
  /** Which rows of the input it has. */
  readonly span?: RowSpan;
}

/** Copies of rows, collected and final results: what a run reads nowhere again. */
const FORGOTTEN = /\/staged\/[^/]+\.jsonl$|-results\.jsonl$|\/results\/[^/]+\.jsonl$/;
const BUCKET = 'gs://acme/';

/**
 * {@link ObjectStore} for more than any disk holds: generated objects are made as they are read, of large ones that are written only
 * size and checksum stay, and the rest lies in a directory.
 */
export class ForgetfulStore implements ObjectStore {
  readonly #described = new Map<string, Described>();
  readonly #files = new ObjectStoreFiles();
  readonly #directory: string;
  #generation = 0;
  /** Bytes that were written and forgotten. */
  forgottenBytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Puts an object there whose content is these rows. */
  generate(uri: string, rows: FixedRows, span?: RowSpan): void {
    const checksum = new Crc32c();
    const size = rows.rows * rows.bytesPerRow;
    for (const chunk of contentOf(rows, 0, size)) checksum.update(chunk);
    this.#described.set(uri, { object: this.#object(uri, size, checksum.toString()), rows, ...(span && { span }) });
  }

  /** Which rows an object of the input has, as it lies or staged. */
  spanOf(uri: string): RowSpan {
    const span = this.#described.get(uri)?.span;
    if (span === undefined) throw new Error(`${uri} has no rows of the input`);
    return span;
  }

  async find(uri: string): Promise<StoredObject | undefined> {
    const described = this.#described.get(uri)?.object;
    return described ?? named(uri, await this.#files.find(this.#path(uri)));
  }

  async *list(prefixUri: string): AsyncIterable<StoredObject> {
    const found = [...this.#described.values()].map(({ object }) => object);
    const objects = found.filter(({ uri }) => uri.startsWith(prefixUri));
    for await (const object of this.#files.list(this.#path(prefixUri)))
      objects.push({ ...object, uri: `${BUCKET}${object.uri.slice(this.#directory.length + 1)}` });
    yield* objects.toSorted((one, other) => (one.uri < other.uri ? -1 : 1));
  }

  async *read(uri: string, options: ReadOptions = {}): AsyncIterable<Buffer> {
    const described = this.#described.get(uri);
    if (described === undefined) {
      yield* this.#files.read(this.#path(uri), options);
      return;
    }
    const { rows, object } = described;
    if (rows === undefined) throw new Error(`${uri} was written and forgotten, and is read after all`);
    for (const chunk of contentOf(rows, options.from ?? 0, options.to ?? object.size)) {
      options.signal?.throwIfAborted();
      yield chunk;
    }
  }

  async write(
    uri: string,
    content: Buffer | string | AsyncIterable<Buffer | string>,
    options: WriteOptions = {},
  ): Promise<StoredObject> {
    if (!FORGOTTEN.test(uri)) return named(uri, await this.#files.write(this.#path(uri), content, options));
    const isCopy = uri.includes('/staged/');
    const checksum = new Crc32c();
    let size = 0;
    let [first, rows] = [0, 0];
    for await (const piece of typeof content === 'string' || Buffer.isBuffer(content) ? [content] : content) {
      options.signal?.throwIfAborted();
      const bytes = Buffer.from(piece);
      if (size === 0 && isCopy) first = rowOf(bytes.toString('latin1', 0, 100));
      if (isCopy) rows += linesIn(bytes);
      size += bytes.length;
      checksum.update(bytes);
    }
    this.forgottenBytes += size;
    const span = isCopy ? { first, rows, isCopy } : undefined;
    return this.#describe(uri, { size, crc32c: checksum.toString() }, options, span);
  }

  async compose(sources: readonly StoredObject[], uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    assertComposable({ verb: 'compose', uri }, sources);
    if (sources.every((source) => this.#described.has(source.uri)))
      return this.#describe(uri, joined(sources), options);
    return named(
      uri,
      await this.#files.compose(
        sources.map((source) => this.#local(source)),
        this.#path(uri),
        options,
      ),
    );
  }

  async copy(source: StoredObject, uri: string, options: WriteOptions = {}): Promise<StoredObject> {
    if (this.#described.has(source.uri)) return this.#describe(uri, source, options);
    return named(uri, await this.#files.copy(this.#local(source), this.#path(uri), options));
  }

  async delete(uri: string): Promise<boolean> {
    return this.#described.delete(uri) || (await this.#files.delete(this.#path(uri)));
  }

  #describe(
    uri: string,
    { size, crc32c }: Pick<StoredObject, 'size' | 'crc32c'>,
    { ifGenerationMatch }: WriteOptions,
    span?: RowSpan,
  ): StoredObject {
    const standing = this.#described.get(uri)?.object.generation ?? '0';
    if (ifGenerationMatch !== undefined && standing !== String(ifGenerationMatch))
      throw refusedStorage({ verb: 'write', uri }, { status: 412, body: '' });
    const object = this.#object(uri, size, crc32c);
    this.#described.set(uri, { object, ...(span && { span }) });
    return object;
  }

  #object(uri: string, size: number, crc32c: string): StoredObject {
    this.#generation += 1;
    return { uri, generation: String(this.#generation), size, crc32c, updated: new Date().toISOString() };
  }

  #path(uri: string): string {
    return `${this.#directory}/${uri.slice(BUCKET.length)}`;
  }

  #local(source: StoredObject): StoredObject {
    return { ...source, uri: this.#path(source.uri) };
  }
}

/** A local file's object under its name in the bucket. */
function named<Found extends StoredObject | undefined>(uri: string, object: Found): Found {
  return object === undefined ? object : { ...object, uri };
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

const LINE_FEED = 0x0a;
