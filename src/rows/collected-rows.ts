import type { RowClass, RowEntry } from '../domain/books';
import { Numbered } from '../domain/numbered';
import { TOKEN_KINDS, usageOf } from '../domain/usage';
import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions, DataObject } from './commits';
import { ObjectWriter } from './object-writer';

/** What is kept of each row of a range: enough to choose the winners without its text. */
export interface CollectedRow extends Omit<RowEntry, 'object' | 'modelVersion'> {
  readonly row: number;
  /** Set when the row was found by its request and others have the same one: `row` is the first of them. */
  readonly requestHash: bigint | null;
  /** Bytes of a failed row's line in an output file, by the file's ordinal: its echo may be all that is left of the request. */
  readonly echo: OutputPlace | null;
  /** What answered; null where the line names none. */
  readonly modelVersion: string | null;
}

export interface OutputPlace {
  readonly file: number;
  readonly from: number;
  readonly to: number;
}

/** Words that rows of a range share; the rows have places in here. */
export interface CollectedWords {
  readonly statuses: readonly string[];
  readonly modelVersions: readonly string[];
}

/**
 * A row is 120 bytes, little-endian: row, status, model (from 1), length and the echo's file as u32; kind and flags as u8 with two bytes
 * of nothing; then as f64 code, offset, the echo's ends, tokens of {@link TOKEN_KINDS}, audio of the prompt; last the request's hash.
 */
const ROW_BYTES = 120;
const AT = {
  row: 0,
  status: 4,
  model: 8,
  length: 12,
  file: 16,
  kind: 20,
  flags: 21,
  code: 24,
  offset: 32,
  from: 40,
  to: 48,
  usage: 56,
  audio: 104,
  hash: 112,
} as const;

const RETRYABLE = 1;
const HAS_CODE = 2;
const HAS_USAGE = 4;
const HAS_HASH = 8;
const HAS_ECHO = 16;

const KINDS = ['answered', 'blocked', 'failed'] as const satisfies readonly RowClass[];

/** Writes one object of collected rows. */
export class CollectedRowsWriter extends ObjectWriter {
  readonly #statuses = new Numbered<string>();
  readonly #models = new Numbered<string>();
  readonly #row = Buffer.alloc(ROW_BYTES);

  constructor(store: ObjectStore, uri: string) {
    super(store, uri, 'application/octet-stream');
  }

  get words(): CollectedWords {
    return { statuses: this.#statuses.values, modelVersions: this.#models.values };
  }

  add({ row, kind, code, status, retryable, offset, length, usage, requestHash, echo, ...rest }: CollectedRow): void {
    const bytes = this.#row.fill(0);
    const { modelVersion, promptAudioTokens = 0 } = rest;
    bytes.writeUInt32LE(row, AT.row);
    bytes.writeUInt32LE(this.#statuses.numberOf(status), AT.status);
    if (modelVersion !== null) bytes.writeUInt32LE(this.#models.numberOf(modelVersion) + 1, AT.model);
    bytes.writeUInt32LE(length, AT.length);
    bytes[AT.kind] = KINDS.indexOf(kind);
    bytes.writeDoubleLE(offset, AT.offset);
    let flags = retryable ? RETRYABLE : 0;
    if (code !== null) {
      flags |= HAS_CODE;
      bytes.writeDoubleLE(code, AT.code);
    }
    if (usage !== null) {
      flags |= HAS_USAGE;
      for (let column = 0; column < TOKEN_KINDS.length; column += 1) {
        bytes.writeDoubleLE(usage[TOKEN_KINDS[column]!], AT.usage + 8 * column);
      }
    }
    if (requestHash !== null) {
      flags |= HAS_HASH;
      bytes.writeBigUInt64LE(requestHash, AT.hash);
    }
    if (echo !== null) {
      flags |= HAS_ECHO;
      bytes.writeUInt32LE(echo.file, AT.file);
      bytes.writeDoubleLE(echo.from, AT.from);
      bytes.writeDoubleLE(echo.to, AT.to);
    }
    bytes[AT.flags] = flags;
    bytes.writeDoubleLE(promptAudioTokens, AT.audio);
    this.append(bytes);
    this.endRow();
  }
}

/** The rows of an object in their order, as many at a time as come together. */
export async function* readCollectedRows(
  store: ObjectStore,
  { uri, generation, bytes, rows }: DataObject,
  words: CollectedWords,
  call: CallOptions = {},
): AsyncGenerator<readonly CollectedRow[], void, undefined> {
  if (bytes !== rows * ROW_BYTES) throw new Error(`${uri} has ${bytes} bytes, not ${rows} rows of ${ROW_BYTES}`);
  let rest = Buffer.alloc(0);
  for await (const chunk of store.read(uri, { generation, ...call })) {
    const held = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = held.length - (held.length % ROW_BYTES);
    const view = new DataView(held.buffer, held.byteOffset, whole);
    yield Array.from({ length: whole / ROW_BYTES }, (_, place) => rowAt(view, place * ROW_BYTES, words));
    rest = Buffer.from(held.subarray(whole));
  }
}

function rowAt(bytes: DataView, start: number, { statuses, modelVersions }: CollectedWords): CollectedRow {
  const flags = bytes.getUint8(start + AT.flags);
  const model = bytes.getUint32(start + AT.model, true);
  return {
    row: bytes.getUint32(start + AT.row, true),
    kind: wordAt(KINDS, bytes.getUint8(start + AT.kind)),
    code: (flags & HAS_CODE) === 0 ? null : bytes.getFloat64(start + AT.code, true),
    status: wordAt(statuses, bytes.getUint32(start + AT.status, true)),
    retryable: (flags & RETRYABLE) !== 0,
    offset: bytes.getFloat64(start + AT.offset, true),
    length: bytes.getUint32(start + AT.length, true),
    usage: (flags & HAS_USAGE) === 0 ? null : usageAt(bytes, start + AT.usage),
    requestHash: (flags & HAS_HASH) === 0 ? null : bytes.getBigUint64(start + AT.hash, true),
    echo: (flags & HAS_ECHO) === 0 ? null : echoAt(bytes, start),
    modelVersion: model === 0 ? null : wordAt(modelVersions, model - 1),
    promptAudioTokens: bytes.getFloat64(start + AT.audio, true),
  };
}

function usageAt(bytes: DataView, start: number) {
  let at = start - 8;
  return usageOf(() => bytes.getFloat64((at += 8), true));
}

function echoAt(bytes: DataView, start: number): OutputPlace {
  return {
    file: bytes.getUint32(start + AT.file, true),
    from: bytes.getFloat64(start + AT.from, true),
    to: bytes.getFloat64(start + AT.to, true),
  };
}

function wordAt<Word>(words: readonly Word[], place: number): Word {
  const word = words[place];
  if (word === undefined) throw new Error(`A collected row names word ${place} of ${words.length}`);
  return word;
}
