import type { ObjectStore, StoredObject } from '../../gateways/object-store';
import { PieceCheck } from '../check-range';
import type { CallOptions } from '../commits';
import { RangeRecorder, type ValidationSettings } from '../range-recorder';
import { withScanner } from '../skim/scanners';
import type { ValidatedRange } from '../validated-range';

/** A piece of a table's copy, validated while it is written. */
export interface CopyToValidate extends ValidationSettings {
  /** Its first byte in the copy, whose only file it is a part of. */
  readonly from: number;
  /** What the names of the record's data objects begin with. */
  readonly own: string;
}

/** Writes whole lines as an object; the record is what reading and validating that range of the copy gives. */
export async function writeValidated(
  store: ObjectStore,
  uri: string,
  lines: AsyncIterable<Buffer>,
  { from, own, ...settings }: CopyToValidate,
  options: CallOptions,
): Promise<{ readonly object: StoredObject; readonly record: ValidatedRange }> {
  const recorder = new RangeRecorder(store, settings, own);
  try {
    const object = await withScanner((scanner) => {
      // where the copy ends nobody knows yet, nor matters it: each line has its line feed
      const piece = { file: 0, size: Infinity, lines: { from } };
      const check = new PieceCheck({ validator: recorder.validator, scanner }, piece);
      return store.write(uri, validated(lines, check, recorder), { ifGenerationMatch: 0, ...options });
    });
    return { object, record: await recorder.record(new Map([[0, object.crc32c]]), options) };
  } catch (error) {
    await recorder.abandon();
    throw error;
  }
}

async function* validated(
  lines: AsyncIterable<Buffer>,
  check: PieceCheck,
  recorder: RangeRecorder,
): AsyncGenerator<Buffer> {
  for await (const piece of lines) {
    await check.add(piece);
    await recorder.flush();
    yield piece;
  }
}
