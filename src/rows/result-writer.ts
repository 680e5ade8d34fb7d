import { TOKEN_KINDS } from '../domain/usage';
import { MAX_KEY_LENGTH } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { LineWriter } from './line-writer';
import { putBytes, putCount } from './put-bytes';
import type { PartIndex } from './part-index';
import { METADATA_IN_INPUT } from './part-index-stored';
import { isPlainAscii } from './skim/raw-text';
import type { AnswerWords, PlainAnswer } from './skim/plain-answer';

const KEY = Buffer.from('{"key":');
const QUOTE = Buffer.from('"');
const METADATA = Buffer.from('},"metadata":');
const NO_METADATA = Buffer.from('{}');
const TEXT = Buffer.from(',"text":');
const COUNTS = TOKEN_KINDS.map((kind, column) => Buffer.from(`${column === 0 ? '{' : ','}"${kind}":`));
const END_OF_USAGE = Buffer.from('}}\n');
const END_WITHOUT_USAGE = Buffer.from('null}\n');
/** Names and counts, and a key of which each character is written as an escape. */
const ROOM_FOR_THE_REST = 1024 + 6 * MAX_KEY_LENGTH;

/** Writes result lines. */
export class ResultWriter extends LineWriter {
  readonly #index: PartIndex;
  /** What stands between key and line number, by the URI of the source. */
  readonly #sources = new Map<string, Buffer>();
  readonly #tails = new Map<AnswerWords, Buffer>();

  constructor(store: ObjectStore, uri: string, index: PartIndex) {
    super(store, uri);
    this.#index = index;
  }

  /**
   * Adds the line of a plain answer, byte for byte as `resultLine` and `JSON.stringify` give it; false where the row's metadata have to
   * be read from the input.
   */
  addPlain(row: number, { memory, textFrom, textTo, words, tokens }: PlainAnswer): boolean {
    const { keyFile } = this.#index;
    const metadataFrom = this.#index.keyTo(row);
    const metadataTo = this.#index.metadataTo(row);
    // no other metadata are as short as this
    if (metadataTo - metadataFrom === METADATA_IN_INPUT.length) return false;
    const { uri, line } = this.#index.sourceOf(row);
    const source = this.#sourceOf(uri);
    const tail = this.#tailOf(words);
    this.reserve(source.length + metadataTo - metadataFrom + textTo - textFrom + tail.length + ROOM_FOR_THE_REST);
    const { chunk, chunkBytes } = this;
    let at = putBytes(chunk, chunkBytes, KEY);
    at = this.#putKey(row, chunk, at);
    at = putBytes(chunk, at, source);
    at = putCount(chunk, at, line);
    at = putBytes(chunk, at, METADATA);
    at =
      metadataFrom === metadataTo
        ? putBytes(chunk, at, NO_METADATA)
        : putBytes(chunk, at, keyFile, metadataFrom, metadataTo);
    at = putBytes(chunk, at, TEXT);
    at = putBytes(chunk, at, memory, textFrom, textTo);
    at = putBytes(chunk, at, tail);
    at = words.hasUsage ? putUsage(chunk, at, tokens) : putBytes(chunk, at, END_WITHOUT_USAGE);
    this.put(at - chunkBytes);
    this.endRow();
    return true;
  }

  #putKey(row: number, chunk: Buffer, start: number): number {
    const { keyFile } = this.#index;
    const from = this.#index.keyFrom(row);
    const to = this.#index.keyTo(row);
    if (from === to || !isPlainAscii(keyFile, from, to)) {
      return start + chunk.write(JSON.stringify(this.#index.keyOf(row)), start);
    }
    const at = putBytes(chunk, putBytes(chunk, start, QUOTE), keyFile, from, to);
    return putBytes(chunk, at, QUOTE);
  }

  #sourceOf(uri: string): Buffer {
    const known = this.#sources.get(uri);
    if (known !== undefined) return known;
    const source = Buffer.from(`,"outcome":"answered","source":{"uri":${JSON.stringify(uri)},"line":`);
    this.#sources.set(uri, source);
    return source;
  }

  #tailOf(words: AnswerWords): Buffer {
    const known = this.#tails.get(words);
    if (known !== undefined) return known;
    const { finishReason, modelVersion } = words;
    const tail = Buffer.from(
      `,"finishReason":${JSON.stringify(finishReason)},"modelVersion":${JSON.stringify(modelVersion)},"usage":`,
    );
    this.#tails.set(words, tail);
    return tail;
  }
}

function putUsage(chunk: Buffer, start: number, tokens: Float64Array): number {
  let at = start;
  for (let column = 0; column < COUNTS.length; column += 1) {
    at = putCount(chunk, putBytes(chunk, at, COUNTS[column]!), tokens[column]!);
  }
  return putBytes(chunk, at, END_OF_USAGE);
}
