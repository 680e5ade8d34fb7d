import { PartCutter } from '../domain/part-cutter';
import { positionKey, rowKeyOf } from '../domain/validation-keys';
import type { JobLimits } from '../domain/validation-limits';
import type { ObjectStore } from '../gateways/object-store';
import { type CallOptions, type DataObject, dataObject, nonce } from './commits';
import type { PlacedRow } from './merged-validation';
import { PartIndexBuilder } from './part-index-builder';
import { type Quarantine, QuarantineWriter } from './quarantine';

/** What was written of one part. */
export interface WrittenPart {
  /** From 1. */
  readonly part: number;
  /** Sound rows. */
  readonly rows: number;
  /** Of the sound rows, line ends among them. */
  readonly bytes: number;
  readonly index: DataObject;
  readonly keyFile: DataObject;
  readonly quarantine: Quarantine | null;
}

export interface PartsPlace {
  readonly directory: string;
  readonly keyField: string | null;
  /** Where a part ends; null for one part, whatever comes. */
  readonly limits: JobLimits | null;
  /** Rows that come at most, and those of them that are never sent. */
  readonly rows: { readonly sound: number; readonly bad: number };
}

/** Writes index, key file and quarantine of one part after the other as rows come, in input order. Memory: one part. */
export class PartsWriter {
  /** Whether all keys are strings that the service's import leaves alone. */
  keysAreSafe = true;
  readonly written: WrittenPart[] = [];
  readonly #store: ObjectStore;
  readonly #place: PartsPlace;
  readonly #options: CallOptions;
  readonly #cutter: PartCutter | null;
  #open: OpenPart;

  constructor(store: ObjectStore, place: PartsPlace, options: CallOptions = {}) {
    this.#store = store;
    this.#place = place;
    this.#options = options;
    this.#cutter = place.limits === null ? null : new PartCutter(place.limits);
    this.#open = new OpenPart(store, 1, place);
  }

  /** The earlier sound row of the part that has the same key, if there is one. */
  async add(row: PlacedRow): Promise<RowPosition | undefined> {
    if (row.problem === null && this.#cutter?.beginsPart(row.length + 1) === true) await this.#closePart();
    const earlier = await this.#open.add(row);
    this.keysAreSafe &&= this.#open.keysAreSafe;
    return earlier;
  }

  /** All parts; rows that are never sent make none by themselves. */
  async close(): Promise<readonly WrittenPart[]> {
    this.written.push(await this.#open.close(this.#options));
    return this.written;
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.#open.abandon();
    await deleteParts(this.#store, this.written);
  }

  async #closePart(): Promise<void> {
    this.written.push(await this.#open.close(this.#options));
    this.#open = new OpenPart(this.#store, this.written.length + 1, this.#place);
  }
}

/** Deletes what was written of parts that no plan will name. */
export async function deleteParts(store: ObjectStore, parts: readonly WrittenPart[]): Promise<void> {
  for (const { index, keyFile, quarantine } of parts) {
    const objects = [index, keyFile, ...(quarantine === null ? [] : [quarantine.rows, quarantine.errors])];
    await Promise.all(objects.map(({ uri }) => store.delete(uri)));
  }
}

type RowPosition = ReturnType<PartIndexBuilder['positionOf']>;

class OpenPart {
  readonly #store: ObjectStore;
  readonly #part: number;
  readonly #name: string;
  readonly #keyField: string | null;
  readonly #builder: PartIndexBuilder;
  readonly #quarantine: QuarantineWriter;
  #sound = 0;
  #bytes = 0;

  constructor(store: ObjectStore, part: number, { directory, keyField, limits, rows }: PartsPlace) {
    this.#store = store;
    this.#part = part;
    this.#name = `${directory}index/p${part}`;
    this.#keyField = keyField;
    this.#builder = new PartIndexBuilder(Math.min(limits?.rows ?? rows.sound, rows.sound) + rows.bad, keyField);
    this.#quarantine = new QuarantineWriter(store, this.#name);
  }

  get keysAreSafe(): boolean {
    return this.#builder.keysAreSafe;
  }

  async add(row: PlacedRow): Promise<RowPosition | undefined> {
    const { number, earlier } = this.#builder.add(row);
    if (row.problem === null) {
      this.#sound += 1;
      this.#bytes += row.length + 1;
    } else {
      const { rule, message } = row.problem;
      await this.#quarantine.add(number, keyOf(row, this.#keyField), row, `${message} (rule ${rule})`);
    }
    return earlier === undefined ? undefined : this.#builder.positionOf(earlier);
  }

  async close(options: CallOptions): Promise<WrittenPart> {
    const { index, keyFile } = this.#builder.build();
    const name = `${this.#name}-${nonce()}`;
    const write = { ifGenerationMatch: 0, contentType: 'application/octet-stream', ...options } as const;
    const { rows } = this.#builder;
    return {
      part: this.#part,
      rows: this.#sound,
      bytes: this.#bytes,
      index: dataObject(await this.#store.write(`${name}.index`, index, write), rows),
      keyFile: dataObject(await this.#store.write(`${name}.keys`, keyFile, write), rows),
      quarantine: await this.#quarantine.close(options),
    };
  }

  async abandon(): Promise<void> {
    await this.#quarantine.abandon();
  }
}

function keyOf({ file, line, others }: PlacedRow, keyField: string | null): string {
  return (keyField === null ? undefined : rowKeyOf(others[keyField])?.text) ?? positionKey(file, line);
}
