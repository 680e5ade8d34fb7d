import type { AcceptedValidation } from '../../domain/accepted-validation';
import type { FileRange } from '../../activities/contract';
import type { BatchReasonType } from '../../messages';
import type { CheckedRange, RangeProgress } from '../validate/checked-range';
import type { KeysOnDisk } from '../validate/keys-on-disk';

/** A file of this machine. */
export interface InputFile {
  /** What reports call it. */
  readonly uri: string;
  readonly path: string;
  readonly size: number;
}

/** What every range of an input has in common; a thread is made with it. */
export interface ThreadData {
  readonly files: readonly InputFile[];
  readonly keyField: string | null;
  readonly validation: AcceptedValidation;
  readonly keysOnDisk: KeysOnDisk | null;
}

/** To a thread: the next range. */
export interface RangeOrder {
  readonly range: FileRange;
}

/** From a thread. */
export type RangeNews =
  | { readonly kind: 'progress'; readonly since: RangeProgress }
  | { readonly kind: 'done'; readonly checked: CheckedRange }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** Of a `BatchError`, which arrives as any other. */
      readonly type: BatchReasonType | null;
    };
