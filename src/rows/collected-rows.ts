import type { RowClass, RowEntry } from '../domain/books';
import { Numbered } from '../domain/numbered';
import { TOKEN_KINDS, type TokenUsage, usageOf } from '../domain/usage';
import type { ObjectStore } from '../gateways/object-store';
import type { CallOptions, DataObject } from './commits';
import { ObjectWriter } from './object-writer';
import type { AnswerWords, PlainAnswer } from './skim/plain-answer';

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
  /** The same for plain answers, which differ in little. */
  readonly #plain = Buffer.alloc(ROW_BYTES);
  readonly #plainInts = new Uint32Array(this.#plain.buffer, this.#plain.byteOffset, ROW_BYTES / 4);
  readonly #plainFloats = new Float64Array(this.#plain.buffer, this.#plain.byteOffset, ROW_BYTES / 8);
  #plainWords: AnswerWords | undefined;

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

  /** Adds an answered row whose result line is written. */
  addPlain(
    row: number,
    { words, tokens }: PlainAnswer,
    { offset, length }: { readonly offset: number; readonly length: number },
  ): void {
    const ints = this.#plainInts;
    if (words !== this.#plainWords) this.#beginPlain(words);
    ints[AT.row / 4] = row;
    ints[AT.length / 4] = length;
    this.#plainFloats[AT.offset / 8] = offset;
    this.#plainFloats.set(tokens, AT.usage / 8);
    this.append(this.#plain);
    this.endRow();
  }

  #beginPlain(words: AnswerWords): void {
    const { finishReason, modelVersion, hasUsage } = words;
    this.#plain[AT.kind] = KINDS.indexOf('answered');
    this.#plain[AT.flags] = hasUsage ? HAS_USAGE : 0;
    this.#plainInts[AT.status / 4] = this.#statuses.numberOf(finishReason ?? '');
    this.#plainInts[AT.model / 4] = modelVersion === null ? 0 : this.#models.numberOf(modelVersion) + 1;
    this.#plainWords = words;
  }
}

/** Where rows are from that are read. */
export interface RowsOrigin {
  readonly words: CollectedWords;
  /** The caller's number of their range. */
  readonly object: number;
}

/** The rows of an object in their order, as many at a time as come together. */
export async function* readCollectedRows(
  store: ObjectStore,
  { uri, generation, bytes, rows }: DataObject,
  origin: RowsOrigin,
  call: CallOptions = {},
): AsyncGenerator<CollectedRows, void, undefined> {
  if (bytes !== rows * ROW_BYTES) throw new Error(`${uri} has ${bytes} bytes, not ${rows} rows of ${ROW_BYTES}`);
  const torn = Buffer.alloc(ROW_BYTES);
  let held = 0;
  for await (const chunk of store.read(uri, { generation, reuseMemory: true, ...call })) {
    let from = 0;
    if (held > 0) {
      from = chunk.copy(torn, held);
      held += from;
      if (held < ROW_BYTES) continue;
      yield new CollectedRows(viewOf(torn), origin);
    }
    const to = chunk.length - ((chunk.length - from) % ROW_BYTES);
    if (from < to) yield new CollectedRows(viewOf(chunk.subarray(from, to)), origin);
    held = chunk.copy(torn, 0, to);
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

/** Rows that are read where they lie: a row holds until the next one is asked for. */
export class CollectedRows {
  readonly length: number;
  readonly #row: StoredRow;

  constructor(bytes: DataView, origin: RowsOrigin) {
    this.length = bytes.byteLength / ROW_BYTES;
    this.#row = new StoredRow(bytes, origin);
  }

  at(place: number): CollectedRow & RowEntry {
    this.#row.start = place * ROW_BYTES;
    return this.#row;
  }
}

class StoredRow implements CollectedRow, RowEntry {
  /** Its first byte. */
  start = 0;
  readonly object: number;
  readonly #bytes: DataView;
  readonly #words: CollectedWords;

  constructor(bytes: DataView, { words, object }: RowsOrigin) {
    this.object = object;
    this.#bytes = bytes;
    this.#words = words;
  }

  get row(): number {
    return this.#integer(AT.row);
  }

  get kind(): RowClass {
    return wordAt(KINDS, this.#bytes.getUint8(this.start + AT.kind));
  }

  get code(): number | null {
    return this.#has(HAS_CODE) ? this.#float(AT.code) : null;
  }

  get status(): string {
    return wordAt(this.#words.statuses, this.#integer(AT.status));
  }

  get retryable(): boolean {
    return this.#has(RETRYABLE);
  }

  get offset(): number {
    return this.#float(AT.offset);
  }

  get length(): number {
    return this.#integer(AT.length);
  }

  get usage(): TokenUsage | null {
    if (!this.#has(HAS_USAGE)) return null;
    let at = AT.usage - 8;
    return usageOf(() => this.#float((at += 8)));
  }

  get requestHash(): bigint | null {
    return this.#has(HAS_HASH) ? this.#bytes.getBigUint64(this.start + AT.hash, true) : null;
  }

  get echo(): OutputPlace | null {
    if (!this.#has(HAS_ECHO)) return null;
    return { file: this.#integer(AT.file), from: this.#float(AT.from), to: this.#float(AT.to) };
  }

  get modelVersion(): string | null {
    const model = this.#integer(AT.model);
    return model === 0 ? null : wordAt(this.#words.modelVersions, model - 1);
  }

  get promptAudioTokens(): number {
    return this.#float(AT.audio);
  }

  #has(flag: number): boolean {
    return (this.#bytes.getUint8(this.start + AT.flags) & flag) !== 0;
  }

  #integer(at: number): number {
    return this.#bytes.getUint32(this.start + at, true);
  }

  #float(at: number): number {
    return this.#bytes.getFloat64(this.start + at, true);
  }
}

function wordAt<Word>(words: readonly Word[], place: number): Word {
  const word = words[place];
  if (word === undefined) throw new Error(`A collected row names word ${place} of ${words.length}`);
  return word;
}
