import type { AcceptedValidation } from '../domain/accepted-validation';
import type { Repair, RuleSettings } from '../domain/validation-rules';
import type { ObjectStore } from '../gateways/object-store';
import { openCloudStorage, type StorageOptions } from '../gateways/open-store';
import { acceptOptions } from './accept-options';
import { givenInput, type GivenInput } from './given-input';
import { spooledPieces, type InputPiece } from './input-pieces';
import type { ValidationReport } from './report';
import { validateGiven } from './validate-given';
import type { ValidationProgress } from './validate-found';

/** Several files, which one job would read. */
export interface InputFiles {
  /** Paths, and `gs://` objects and wildcards. */
  readonly files: readonly string[];
}

export interface ValidateInputOptions extends StorageOptions {
  /** Top-level field that must identify each row. @default the first of `key`, `custom_id`, `id` that every row has */
  readonly keyField?: string;
  /** Rules that shall be more or less severe, or `off`. @default the rules' own severities */
  readonly rules?: RuleSettings;
  /** `quarantine`: rows with errors of their own don't make the input invalid, as long as others remain. @default 'fail' */
  readonly onError?: AcceptedValidation['onError'];
  /** What a run mends in its copy, and so is no problem here. @default none */
  readonly repair?: readonly Repair[];
  /** Problems that the report lists at most; all are counted. @default 100 */
  readonly maxProblems?: number;
  /** Threads that read and check. @default one a core, at most 4 */
  readonly threads?: number;
  /** Ends the validation, which then rejects. */
  readonly signal?: AbortSignal;
  /** Hears how far it is, often. */
  readonly onProgress?: (done: ValidationProgress) => void;
}

/**
 * Validates input as a run does before anything is spent, with the report of `vertex-batch validate --json`. A string is a
 * path or a `gs://` URI; anything that can be iterated gives rows, lines or bytes, which are kept in a temporary file
 * meanwhile.
 * @throws {TypeError} for options that can't be used; an `Error` that names the input when it can't be read
 */
export async function validateInput(
  input: string | InputFiles | Iterable<InputPiece> | AsyncIterable<InputPiece>,
  options: ValidateInputOptions = {},
): Promise<ValidationReport> {
  const { keyField, validation, threads } = acceptOptions(options);
  const { signal = new AbortController().signal, onProgress } = options;
  const given = await inputOf(input, signal);
  try {
    const store = given.remote.length === 0 ? undefined : await openCloudStorage(options);
    const remote = (): ObjectStore => {
      if (store === undefined) throw new Error('Nothing of the input lies in Cloud Storage.');
      return store;
    };
    const settings = { keyField, validation, threads, signal, remote, ...(onProgress && { onProgress }) };
    return (await validateGiven(given, settings)).report;
  } finally {
    await given.dispose();
  }
}

/** @throws {TypeError} for what is none */
async function inputOf(input: unknown, signal: AbortSignal): Promise<GivenInput> {
  if (typeof input === 'string') return givenInput([input], { signal });
  if (typeof input === 'object' && input !== null) {
    if (Symbol.asyncIterator in input || Symbol.iterator in input) {
      return spooledPieces(input as Iterable<InputPiece> | AsyncIterable<InputPiece>, signal);
    }
    const { files } = input as Partial<InputFiles>;
    if (Array.isArray(files) && files.length > 0) return givenInput(files, { signal });
  }
  throw new TypeError(
    `input must be a path, a gs:// URI, {files: […]} or rows to iterate over, got ${JSON.stringify(input) ?? typeof input}`,
  );
}
