import { createHash, type Hash } from 'node:crypto';
import { BatchError } from '../domain/batch-error';
import { stagedKey } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { commitOnce, type DataObject, dataObject, findRecord, nonce, readWhole } from '../rows/commits';
import { findChanges } from '../rows/input-changes';
import type { PartIndex } from '../rows/part-index';
import { loadPartIndex } from '../rows/part-index-stored';
import { partOf, type Plan, readPlan } from '../rows/plan';
import { readQuarantinedRows } from '../rows/quarantine';
import { rawMember } from '../rows/raw-member';
import { readRows } from '../rows/read-rows';
import { parseRowList } from '../rows/row-list';
import { isColumnName } from '../rows/staging';
import type { Attempt, RowGateways } from './attempt';
import type { StagedPart, StagePartInput } from './contract';

/** Commit record of a staged copy. */
interface StagedRecord {
  readonly object: DataObject;
  /** sha256 of the object's bytes. */
  readonly digest: string;
}

/** Writes the one object that a job reads: all sound rows of a part, or those listed. A copy that stands is used. */
export async function stagePart(
  { store }: RowGateways,
  { run, planUri, part, round, rowsUri }: StagePartInput,
  attempt: Attempt,
): Promise<StagedPart> {
  const { signal } = attempt;
  const listed = rowsUri === null ? undefined : await readWhole(store, rowsUri, { signal });
  const directory = `${run.directory}staged/`;
  const recordUri = `${directory}p${part}-r${round}-${selectionName(listed)}.json`;
  const standing = await findStanding(store, recordUri, signal);
  if (standing !== undefined) return stagedPart(standing);

  const plan = await readPlan(store, planUri, { signal });
  const index = await loadPartIndex(store, plan, part);
  const rows =
    listed === undefined
      ? await soundRows(store, plan, part, index, signal)
      : [...parseRowList(listed, String(rowsUri))];
  const changed = await findChanges(store, sourcesOf(plan, index), { signal });
  if (changed.length > 0) {
    throw new BatchError('InputChanged', `The input changed since the run read it: ${changed.slice(0, 5).join(', ')}`);
  }
  const hash = createHash('sha256');
  const lines = readRows(store, index, rows, { signal });
  const object = await store.write(
    `${directory}p${part}-r${round}-${nonce()}.jsonl`,
    hashed(stagedLines(plan, index, lines, attempt), hash),
    { ifGenerationMatch: 0, contentType: 'application/x-ndjson', signal },
  );
  const written = { object: dataObject(object, rows.length), digest: hash.digest('hex') };
  const { record } = await commitOnce<StagedRecord>(store, recordUri, written, { signal });
  return stagedPart(record);
}

/** The files that a part has rows of; rows are in the order of the files. */
function sourcesOf({ sources }: Plan, index: PartIndex): Plan['sources'] {
  const ordinalOf = (row: number) => sources.findIndex(({ uri }) => uri === index.sourceOf(row).uri);
  return index.rows === 0 ? [] : sources.slice(ordinalOf(0), ordinalOf(index.rows - 1) + 1);
}

/** Another selection of rows is another copy. */
function selectionName(listed: Buffer | undefined): string {
  return listed === undefined ? 'all' : createHash('sha256').update(listed).digest('hex').slice(0, 16);
}

/** A record whose object was deleted (a run cleans up at its end) is no copy any more. */
async function findStanding(store: ObjectStore, recordUri: string, signal: AbortSignal) {
  const record = await findRecord<StagedRecord>(store, recordUri, { signal });
  if (record === undefined) return undefined;
  const object = await store.find(record.object.uri, { signal });
  if (object?.generation === record.object.generation) return record;
  await store.delete(recordUri);
  return undefined;
}

function stagedPart({ object, digest }: StagedRecord): StagedPart {
  return { uris: [object.uri], rows: object.rows, bytes: object.bytes, digest };
}

async function soundRows(store: ObjectStore, plan: Plan, part: number, index: PartIndex, signal: AbortSignal) {
  const quarantined = await readQuarantinedRows(store, partOf(plan, part).quarantine, { signal });
  const all = Array.from({ length: index.rows }, (_, row) => row);
  return quarantined.size === 0 ? all : all.filter((row) => !quarantined.has(row));
}

const FLUSH_BYTES = 1_048_576;

/** Lines of key and request alone; the request's bytes are the caller's own. */
async function* stagedLines(
  { keys, sources }: Plan,
  index: PartIndex,
  rows: AsyncIterable<{ readonly row: number; readonly content: Buffer }>,
  attempt: Attempt,
): AsyncGenerator<Buffer> {
  const ordinals = new Map(sources.map(({ uri }, ordinal) => [uri, ordinal]));
  const keyName = stagedKeyField(keys);
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const { row, content } of rows) {
    const { uri, line } = index.sourceOf(row);
    const request = rawMember(content, 'request');
    if (request === undefined) throw new BatchError('InputChanged', `${uri}:${line} has no request any more`);
    const key = keys.mode === 'staged' ? stagedKey(ordinals.get(uri) ?? -1, line) : index.keyOf(row);
    const head = Buffer.from(
      keyName === null ? '{"request":' : `{${JSON.stringify(keyName)}:${JSON.stringify(key)},"request":`,
    );
    pending.push(head, request, LINE_END);
    pendingBytes += head.length + request.length + LINE_END.length;
    if (pendingBytes < FLUSH_BYTES) continue;
    attempt.signal.throwIfAborted();
    attempt.heartbeat();
    yield Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
  }
  yield Buffer.concat(pending);
}

/** What a job of somebody else's was sent may have no key that tells one row from another: then its answer is found by its request. */
function stagedKeyField({ mode, outputKeyField }: Plan['keys']): string | null {
  return mode === 'foreign' && !isColumnName(outputKeyField) ? null : outputKeyField;
}

const LINE_END = Buffer.from('}\n');

async function* hashed(chunks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
