import type { AcceptedValidation } from '../../domain/accepted-validation';
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
