import type { ObjectStore } from './object-store';
import { ObjectStoreFiles } from './object-store-files';

export interface AnywhereOptions {
  /** Cloud Storage, asked for at the first `gs://` URI. */
  readonly remote: () => ObjectStore;
  /** Hears of bytes as they are read. */
  readonly onRead?: (uri: string, bytes: number) => void;
}

/** One {@link ObjectStore} for `gs://` URIs and for absolute paths of this machine; objects are joined and copied within either. */
export function objectStoreAnywhere({ remote, onRead = () => {} }: AnywhereOptions): ObjectStore {
  const files = new ObjectStoreFiles();
  let opened: ObjectStore | undefined;
  const storeOf = (uri: string): ObjectStore => (uri.startsWith('gs://') ? (opened ??= remote()) : files);
  return {
    find: (uri, options) => storeOf(uri).find(uri, options),
    list: (prefixUri, options) => storeOf(prefixUri).list(prefixUri, options),
    async *read(uri, options) {
      for await (const piece of storeOf(uri).read(uri, options)) {
        onRead(uri, piece.length);
        yield piece;
      }
    },
    write: (uri, content, options) => storeOf(uri).write(uri, content, options),
    compose: (sources, uri, options) => storeOf(uri).compose(sources, uri, options),
    copy: (source, uri, options) => storeOf(uri).copy(source, uri, options),
    delete: (uri) => storeOf(uri).delete(uri),
  };
}
