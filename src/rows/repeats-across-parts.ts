import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, readWhole } from './commits';
import { FirstRepeats, type Repeat } from './first-repeats';
import { FirstRowsByHash } from './first-rows-by-hash';
import { keyHashBytes, readRowIndex } from './row-index';

/** Where a row stands in the input. */
export interface RowPosition {
  readonly file: number;
  readonly line: number;
  readonly byte: number;
}

export interface RepeatsAcrossParts {
  /** Rows whose key an earlier row has. */
  readonly repeats: number;
  /** The first ones, in input order. */
  readonly first: readonly { readonly at: RowPosition; readonly earlier: RowPosition }[];
}

export interface RepeatsOptions extends CallOptions {
  /** How many repeats are placed. */
  readonly most: number;
  /** Keys that are held at a time, about; 20 to 40 bytes each. @default 1,000,000 */
  readonly keysAtATime?: number;
  readonly onProgress?: () => void;
}

/**
 * The repeated keys of all parts together, told apart by 64 bits of hash. Hashes are read from the indexes of the parts, in as many
 * passes as keep memory bounded: each looks at one share of the hashes.
 */
export async function repeatsAcrossParts(
  store: ObjectStore,
  indexes: readonly DataObject[],
  { most, keysAtATime = 1_000_000, onProgress = () => {}, ...options }: RepeatsOptions,
): Promise<RepeatsAcrossParts> {
  const starts = startsOf(indexes);
  const passes = Math.max(1, Math.ceil(starts.at(-1)! / keysAtATime));
  const found = new FirstRepeats(most);
  const seen = new FirstRowsByHash();
  for (let pass = 0; pass < passes; pass += 1) {
    seen.clear();
    for (const [part, index] of indexes.entries()) {
      const hashes = await readHashes(store, index, options);
      for (let row = 0; row < index.rows; row += 1) {
        const low = hashes[row * 2]!;
        const high = hashes[row * 2 + 1]!;
        // rows that are never sent have no hash
        if (high % passes !== pass || (low === 0 && high === 0)) continue;
        const at = starts[part]! + row;
        const earlier = seen.add(high, low, at);
        if (earlier !== undefined) found.add({ at, earlier });
      }
      onProgress();
    }
  }
  return { repeats: found.count, first: await placed(store, indexes, found.first(), options) };
}

/** For each part the rows before it, and at the end all rows. */
function startsOf(indexes: readonly DataObject[]): number[] {
  const starts = [0];
  for (const { rows } of indexes) starts.push(starts.at(-1)! + rows);
  return starts;
}

/** Two words a row, the lower one first. */
async function readHashes(store: ObjectStore, index: DataObject, options: CallOptions): Promise<Uint32Array> {
  const { generation, rows } = index;
  const bytes = await readWhole(store, index.uri, { generation, ...keyHashBytes(rows), ...options });
  const words = new Uint32Array(rows * 2);
  bytes.copy(Buffer.from(words.buffer));
  return words;
}

/** Reads the positions of rows from the indexes of their parts, one part at a time. */
async function placed(
  store: ObjectStore,
  indexes: readonly DataObject[],
  repeats: readonly Repeat[],
  options: CallOptions,
): Promise<RepeatsAcrossParts['first']> {
  const starts = startsOf(indexes);
  const wanted = [...new Set(repeats.flatMap(({ at, earlier }) => [at, earlier]))].sort((one, other) => one - other);
  const positions = new Map<number, RowPosition>();
  for (const [part, object] of indexes.entries()) {
    const start = starts[part]!;
    const ofPart = wanted.filter((row) => row >= start && row < start + object.rows);
    if (ofPart.length === 0) continue;
    const { file, line, byte } = await readRowIndex(store, object, options);
    for (const row of ofPart) {
      positions.set(row, { file: file[row - start]!, line: line[row - start]!, byte: byte[row - start]! });
    }
  }
  return repeats.map(({ at, earlier }) => ({ at: positions.get(at)!, earlier: positions.get(earlier)! }));
}
