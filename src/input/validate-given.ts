import { BatchError } from '../domain/batch-error';
import type { RowPlace } from '../domain/validation-problem';
import type { GivenInput } from './given-input';
import type { ValidationReport } from './report';
import { RowReader } from './row-reader';
import { ScratchStore, type RemoteStore } from './scratch-store';
import { findSources, validateSources, type SourceOptions } from './validate-sources';

export interface ValidateGivenOptions extends SourceOptions {
  /** Asked for once there is something in Cloud Storage. */
  readonly remote: RemoteStore;
}

/** What came out, while the input can still be read. */
export interface Validated {
  readonly report: ValidationReport;
  /** Bytes of a row of the input, or of its beginning where it is very long. */
  readonly rowAt: (place: RowPlace) => Promise<Buffer>;
}

/** Validates as a run does, and hands the report to `use` while rows can be read again. */
export async function validateGiven<Value>(
  input: GivenInput,
  { remote, ...options }: ValidateGivenOptions,
  use: (validated: Validated) => Value | Promise<Value>,
): Promise<Value> {
  const store = await ScratchStore.create(input.local, remote);
  try {
    const found = await findSources(store, input, options);
    const { files } = found.sources;
    if (files.length === 0) throw emptyInput(input);
    const report = await validateSources(store, found, options);
    const reader = new RowReader(store, files);
    return await use({ report, rowAt: (place) => reader.rowAt(place) });
  } finally {
    await store.dispose();
  }
}

function emptyInput({ local }: GivenInput): BatchError {
  return new BatchError(
    'InvalidInput',
    `Input ${local.map(({ uri }) => uri).join(', ')} is empty: it must have one request a line.`,
  );
}
