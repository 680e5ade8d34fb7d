import { Crc32c } from '../rows/crc32c';
import type { ReadOptions } from './object-store';
import type { Patience } from './patience';
import type { StorageConnection } from './storage-connection';
import { brokenStorage, type StorageAct } from './storage-failure';
import { objectPath } from './storage-resource';

/** One answer to a media read. */
interface Media {
  readonly generation: string;
  /** Of the whole object. */
  readonly size: number | undefined;
  /** Of the whole object. */
  readonly crc32c: string | undefined;
  readonly bytes: AsyncIterable<Buffer>;
}

/** The bytes of an object as `ObjectStore.read` promises them: one version, resumed at the next byte, checked when whole. */
export async function* download(
  connection: StorageConnection,
  patience: Patience,
  uri: string,
  options: ReadOptions,
): AsyncGenerator<Buffer> {
  const act: StorageAct = { verb: 'read', uri };
  const path = `${objectPath(uri)}?alt=media`;
  const from = options.from ?? 0;
  const checksum = from === 0 && options.to === undefined ? new Crc32c() : undefined;
  let { generation, to: end } = options;
  let position = from;
  let expected: string | undefined;
  let failures = 0;
  while (end === undefined || position < end) {
    try {
      const media = await openMedia(connection, act, path, {
        generation,
        from: position,
        to: end,
        reuseMemory: options.reuseMemory,
        signal: options.signal,
      });
      if (!media) return;
      generation = media.generation;
      expected = media.crc32c ?? expected;
      if (media.size !== undefined) end = Math.min(end ?? media.size, media.size);
      for await (const piece of media.bytes) {
        position += piece.length;
        failures = 0;
        checksum?.update(piece);
        yield piece;
      }
      if (end === undefined) end = position;
      if (position < end) throw brokenStorage(act, new Error(`the connection ended at byte ${position} of ${end}`));
    } catch (error) {
      failures += 1;
      await patience.afterFailure(error, failures, options.signal);
    }
  }
  const actual = checksum?.toString();
  if (actual !== undefined && expected !== undefined && actual !== expected) {
    throw brokenStorage(act, new Error(`its bytes arrived damaged: crc32c is ${actual} instead of ${expected}`));
  }
}

async function openMedia(
  connection: StorageConnection,
  act: StorageAct,
  path: string,
  {
    generation,
    from,
    to,
    reuseMemory,
    signal,
  }: { [K in keyof ReadOptions]: ReadOptions[K] | undefined } & { from: number },
): Promise<Media | undefined> {
  const ranged = from > 0 || to !== undefined;
  // With gzip accepted, an object that is stored compressed comes as it is stored; otherwise ranges would mean other bytes.
  const headers = {
    'accept-encoding': 'gzip',
    ...(ranged && { range: `bytes=${from}-${to === undefined ? '' : to - 1}` }),
  };
  const url = generation === undefined ? path : `${path}&generation=${generation}`;
  const response = await connection.open({ act, method: 'GET', url, headers, accept: [416], signal });
  if (response.statusCode === 416) {
    response.resume();
    return undefined;
  }
  const generationSent = text(response.headers['x-goog-generation']);
  if (generationSent === undefined) {
    response.destroy();
    throw brokenStorage(act, new Error('the answer is not an object of Cloud Storage'));
  }
  const total = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1];
  if (ranged && (response.statusCode !== 206 || total === undefined)) {
    response.destroy();
    throw brokenStorage(act, new Error('the service sent the whole object instead of a range'));
  }
  if (
    response.headers['content-encoding'] === 'gzip' &&
    response.headers['x-goog-stored-content-encoding'] === 'identity'
  ) {
    response.destroy();
    throw brokenStorage(act, new Error('the service sent other bytes than it stores'));
  }
  const size = total ?? response.headers['x-goog-stored-content-length'] ?? response.headers['content-length'];
  return {
    generation: generationSent,
    size: size === undefined ? undefined : Number(size),
    crc32c: /(?:^|[, ])crc32c=([A-Za-z0-9+/=]+)/.exec(text(response.headers['x-goog-hash']) ?? '')?.[1],
    bytes: connection.bytes(act, response, { reuseMemory, signal }),
  };
}

function text(header: string | readonly string[] | undefined): string | undefined {
  return header === undefined || typeof header === 'string' ? header : header.join(',');
}
