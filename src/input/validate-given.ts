import { findSources } from '../activities/resolve-input';
import { BatchError } from '../domain/batch-error';
import type { RowPlace } from '../domain/validation-problem';
import type { ObjectStore } from '../gateways/object-store';
import type { GivenInput } from './given-input';
import { whileUnchanged } from './local-version';
import { RowReader } from './row-reader';
import { validateFound, type FoundFile, type FoundInput, type ValidationOptions } from './validate-found';

export interface ValidateGivenOptions extends ValidationOptions {
  /** Cloud Storage, asked for where something lies there. */
  readonly remote: () => ObjectStore;
}

/** What came out, while the input can still be read. */
export interface Validated extends FoundInput {
  /** Bytes of a row of the input, or of its beginning where it is very long. */
  readonly rowAt: (place: RowPlace) => Promise<Buffer>;
}

/**
 * Validates as a run does. Files of this machine come before those in Cloud Storage.
 * @throws {BatchError} `InputChanged` when a file or object isn't what it was when it was found
 */
export async function validateGiven(input: GivenInput, options: ValidateGivenOptions): Promise<Validated> {
  const files = [...localFiles(input), ...(await remoteFiles(input, options)), ...tableFiles(input)];
  if (files.length === 0) throw emptyInput(input);
  const found = await whileUnchanged(input.local, () => validateFound(files, options));
  const reader = new RowReader(files);
  return { ...found, rowAt: (place) => reader.rowAt(place) };
}

function localFiles({ local }: GivenInput): FoundFile[] {
  return local
    .filter(({ size }) => size > 0)
    .map((file) => ({ kind: 'local', generation: '1', crc32c: '', updated: '', ...file }));
}

async function remoteFiles({ remote }: GivenInput, options: ValidateGivenOptions): Promise<FoundFile[]> {
  if (remote.length === 0) return [];
  const store = options.remote();
  const { files } = await findSources(store, remote, { signal: options.signal, heartbeat: () => {} });
  return files.map((file) => ({ kind: 'remote', store, ...file }));
}

function tableFiles({ table }: GivenInput): FoundFile[] {
  if (table === undefined) return [];
  const { uri, bytes: size, lastModified: generation } = table.found;
  return [{ kind: 'table', ...table, uri, size, generation, crc32c: '', updated: '' }];
}

function emptyInput({ local }: GivenInput): BatchError {
  return new BatchError(
    'InvalidInput',
    `Input ${local.map(({ uri }) => uri).join(', ')} is empty: it must have one request a line.`,
  );
}
