import type { Logger } from '@temporalio/common';
import { BatchError } from '../domain/batch-error';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, commitOnce, type DataObject, dataObject, findRecord, nonce, readInto } from './commits';
import { HashChains } from './hash-chains';
import type { PartIndex } from './part-index';
import { partOf, type Plan } from './plan';
import { type Quarantine, readQuarantinedRows } from './quarantine';
import { readRows } from './read-rows';
import { requestHash } from './request-hash';
import { SharedWork } from './shared-work';

/** Finds rows of a part by their requests, for outputs that echo no keys. */
export interface RequestHashes {
  /** Rows whose request has this canonical hash (see `requestHash`), ascending. */
  rowsOf(hash: bigint): readonly number[];
}

type Options = CallOptions & { readonly log: Logger };

/** Commit record of a part's hashes. */
interface HashRecord {
  /** One hash a row, 64-bit little-endian; {@link UNKNOWN} where the input was gone. */
  readonly hashes: DataObject;
}

const UNKNOWN = 0n;
const sharedBy = new WeakMap<PartIndex, SharedWork<RequestHashes>>();

/**
 * Hashes of all requests of a part. They are made when they are first asked for, which reads the input once more, and lie
 * beside the index from then on; all activities of a worker share them.
 */
export function loadRequestHashes(
  store: ObjectStore,
  plan: Plan,
  part: number,
  index: PartIndex,
  { signal, log }: Options,
): Promise<RequestHashes> {
  const standing = sharedBy.get(index);
  const shared =
    standing === undefined || standing.isLost
      ? new SharedWork((whileWanted) => readOrMake(store, plan, part, index, { signal: whileWanted, log }))
      : standing;
  sharedBy.set(index, shared);
  return shared.wait(signal);
}

async function readOrMake(
  store: ObjectStore,
  plan: Plan,
  part: number,
  index: PartIndex,
  options: Options,
): Promise<RequestHashes> {
  const { signal } = options;
  const call = signal === undefined ? {} : { signal };
  const { index: indexObject, quarantine } = partOf(plan, part);
  const prefix = indexObject.uri.replace(/\.index$/, '');
  const recordUri = `${prefix}-request-hashes.json`;
  const standing = await findRecord<HashRecord>(store, recordUri, call);
  if (standing !== undefined) return readHashes(store, standing, call);

  const hashes = await hashRows(store, index, quarantine, options);
  const object = await store.write(`${prefix}-hashes-${nonce()}`, Buffer.from(hashes.buffer), {
    ifGenerationMatch: 0,
    contentType: 'application/octet-stream',
    ...call,
  });
  const made: HashRecord = { hashes: dataObject(object, hashes.length) };
  const { record, adopted } = await commitOnce(store, recordUri, made, call);
  return adopted ? readHashes(store, record, call) : new HashTable(hashes);
}

/** Rows that are never sent, or whose input is gone, stay unknown: no answer is found for them by what was asked. */
async function hashRows(
  store: ObjectStore,
  index: PartIndex,
  quarantine: Quarantine | null,
  { signal, log }: Options,
): Promise<BigUint64Array> {
  const call = signal === undefined ? {} : { signal };
  const quarantined = await readQuarantinedRows(store, quarantine, call);
  const hashes = new BigUint64Array(index.rows);
  for (const rows of rowsByFile(index, quarantined)) {
    try {
      for await (const { row, content } of readRows(store, index, rows, { reuseMemory: true, ...call })) {
        signal?.throwIfAborted();
        const { request } = JSON.parse(content.toString('utf8')) as { readonly request?: unknown };
        hashes[row] = requestHash(request);
      }
    } catch (error) {
      if (!(error instanceof BatchError) || error.type !== 'InputChanged') throw error;
      log.warn(`Answers without a key can't be joined to rows of this file any more: ${error.message}`);
    }
  }
  return hashes;
}

function* rowsByFile(index: PartIndex, leftOut: ReadonlySet<number>): Generator<number[]> {
  let rows: number[] = [];
  let uri: string | undefined;
  for (let row = 0; row < index.rows; row += 1) {
    if (leftOut.has(row)) continue;
    const itsUri = index.sourceOf(row).uri;
    if (rows.length > 0 && itsUri !== uri) {
      yield rows;
      rows = [];
    }
    uri = itsUri;
    rows.push(row);
  }
  if (rows.length > 0) yield rows;
}

async function readHashes(store: ObjectStore, { hashes }: HashRecord, options: CallOptions): Promise<RequestHashes> {
  const column = new BigUint64Array(hashes.rows);
  await readInto(store, hashes, [column], options);
  return new HashTable(column);
}

class HashTable implements RequestHashes {
  readonly #byRequest: HashChains;
  readonly #sameRequest = new Map<bigint, readonly number[]>();

  constructor(hashes: BigUint64Array) {
    this.#byRequest = HashChains.of(hashes);
  }

  rowsOf(hash: bigint): readonly number[] {
    if (hash === UNKNOWN) return [];
    const known = this.#sameRequest.get(hash);
    if (known !== undefined) return known;
    const rows = [...this.#byRequest.rowsOf(hash)];
    if (rows.length > 1) this.#sameRequest.set(hash, rows);
    return rows;
  }
}
