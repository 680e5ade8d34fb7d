import type { AcceptedValidation } from '../domain/accepted-validation';
import { DEFAULT_KEY_FIELDS } from '../domain/validation-keys';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, dataObject } from './commits';
import { FactsSink } from './facts-sink';
import { withChecksums } from './input-checksums';
import { ObjectWriter } from './object-writer';
import { RangeValidator } from './range-validator';
import type { ValidatedRange } from './validated-range';

/** What decides about rows: other settings make another record. */
export interface ValidationSettings {
  /** The field that must identify rows, if the caller named one. */
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
}

const JSON_LINES = 'application/x-ndjson';
/** So few that the engine doesn't move them about, row by row, while they wait. */
const FLUSH_CHARACTERS = 8192;

/**
 * Keeps what a validator learns of a range's rows: facts go into an object as they come, the rest into the range's record.
 * Whoever gives the validator lines awaits {@link flush} now and then.
 */
export class RangeRecorder {
  readonly validator: RangeValidator;
  readonly #store: ObjectStore;
  readonly #own: string;
  readonly #sink: FactsSink;
  readonly #facts: FactsWriter;

  /** @param own what the names of this attempt's data objects begin with */
  constructor(store: ObjectStore, { keyField, validation }: ValidationSettings, own: string) {
    const keyFields = keyField === null ? DEFAULT_KEY_FIELDS : [keyField];
    this.#store = store;
    this.#own = own;
    this.#sink = new FactsSink(keyFields, validation.onError === 'quarantine');
    this.#facts = new FactsWriter(store, `${own}-rows.jsonl`, JSON_LINES);
    this.validator = new RangeValidator({ keyFields, keyField, validation, sink: this.#sink });
  }

  /** Hands on what was learned, once there is enough of it. */
  async flush(): Promise<void> {
    if (this.#sink.pending <= FLUSH_CHARACTERS) return;
    this.#facts.add(this.#sink.take());
    await this.#facts.drain();
  }

  /**
   * The record of the range, whose lines the validator has all seen.
   * @param checksums crc32c of what was read of each file, by its ordinal
   */
  async record(checksums: ReadonlyMap<number, string>, options: CallOptions): Promise<ValidatedRange> {
    const { pieces, soundRows, takenOut, shapes, repaired, tokens } = this.validator;
    return {
      pieces: withChecksums(pieces, checksums),
      keyed: this.#sink.keyed,
      soundRows,
      badRows: takenOut,
      facts: { ...(await this.#writtenFacts(options)), rows: soundRows + takenOut },
      problems: await this.#writeProblems(options),
      shapes: shapes.toRecords(),
      repaired,
      estimate: tokens.estimate,
    };
  }

  /** There will be no record: leaves no facts. */
  async abandon(): Promise<void> {
    await this.#facts.abandon();
  }

  async #writtenFacts(options: CallOptions): Promise<DataObject> {
    if (this.#sink.pending > 0) this.#facts.add(this.#sink.take());
    return (await this.#facts.close()) ?? (await this.#write('rows', '', 0, options));
  }

  async #writeProblems(options: CallOptions): Promise<DataObject | null> {
    const { problems } = this.validator;
    if (problems.length === 0) return null;
    const lines = problems.map((problem) => `${JSON.stringify(problem)}\n`);
    return await this.#write('problems', lines.join(''), problems.length, options);
  }

  async #write(what: string, content: string, rows: number, options: CallOptions): Promise<DataObject> {
    const written = await this.#store.write(`${this.#own}-${what}.jsonl`, content, {
      ifGenerationMatch: 0,
      contentType: JSON_LINES,
      ...options,
    });
    return dataObject(written, rows);
  }
}

/** Takes any number of lines at a time. */
class FactsWriter extends ObjectWriter {
  add(lines: string): void {
    this.append(lines);
    this.endRow();
  }
}
