import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { DEFAULT_VALIDATION } from '../domain/accepted-validation';
import { BatchError } from '../domain/batch-error';
import { openStoreOf, type StorageOptions } from '../gateways/open-store';
import type { RuleSettings } from '../domain/validation-rules';
import { defaultThreads } from '../rows/threads/default-threads';
import { acceptRules } from './accept-options';
import type { GivenInput } from './given-input';
import { spooledPieces } from './input-pieces';
import { InvalidRowsError } from './invalid-rows-error';
import { validateGiven } from './validate-given';

/** A row of a job's input. Other fields come back as `metadata`. */
export interface RequestRow {
  /** Unique; what the result is known by. */
  readonly key: string;
  /** A `GenerateContentRequest`. */
  readonly request: object;
  readonly [field: string]: unknown;
}

export interface WriteRequestsOptions extends StorageOptions {
  /** Rules that shall be more or less severe, or `off`. @default the rules' own severities */
  readonly rules?: RuleSettings;
  /** Ends the writing, which then rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface WrittenRequests {
  /** `gs://…`, or the absolute path. */
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
}

const MAX_PROBLEMS = 100;

/**
 * Writes rows as the input of a run, to a `gs://` object or a file, in place of what stands there. They are validated as a run does,
 * alone and together, before anything is seen under that name: what a job would refuse isn't written at all. Rows are kept in a
 * temporary file meanwhile, so memory doesn't grow with their number.
 * @throws {InvalidRowsError} with the first problems, for rows that a run would refuse; {@link BatchError} for a place that can't be
 *   written; whatever the rows throw
 */
export async function writeRequests(
  place: string,
  rows: Iterable<RequestRow> | AsyncIterable<RequestRow>,
  options: WriteRequestsOptions = {},
): Promise<WrittenRequests> {
  const uri = objectPlace(place);
  const { signal = new AbortController().signal, ...storage } = options;
  const rules = acceptRules(options.rules ?? {});
  try {
    return await spoolAndWrite(uri, rows, rules, storage, signal);
  } catch (error) {
    // the reason that the caller gave says more than what it broke
    signal.throwIfAborted();
    throw error;
  }
}

async function spoolAndWrite(
  uri: string,
  rows: Iterable<RequestRow> | AsyncIterable<RequestRow>,
  rules: RuleSettings,
  storage: StorageOptions,
  signal: AbortSignal,
): Promise<WrittenRequests> {
  const spooled = await spooledPieces(rows, signal);
  try {
    const written = await validated(spooled, rules, signal);
    const store = await openStoreOf(uri, storage);
    const [file] = spooled.local;
    const { size } = await store.write(uri, createReadStream(file?.path ?? '') as AsyncIterable<Buffer>, {
      contentType: 'application/x-ndjson',
      signal,
    });
    return { uri, rows: written, bytes: size };
  } finally {
    await spooled.dispose();
  }
}

/** How many rows there are, all of them sound. */
async function validated(spooled: GivenInput, rules: RuleSettings, signal: AbortSignal): Promise<number> {
  const { report } = await validateGiven(spooled, {
    keyField: 'key',
    validation: { ...DEFAULT_VALIDATION, rules, maxProblems: MAX_PROBLEMS },
    threads: defaultThreads(),
    signal,
    remote: () => {
      throw new Error('Nothing of the rows lies in Cloud Storage.');
    },
  });
  if (!report.valid) throw new InvalidRowsError(report);
  return report.rows;
}

function objectPlace(place: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(place)?.[0];
  if (place === '' || place.endsWith('/') || (scheme !== undefined && scheme !== 'gs://')) {
    const wanted = 'must be a gs://bucket/name.jsonl or the path of a file';
    throw new BatchError('InvalidRequest', `Where requests are written ${wanted}, got "${place}".`);
  }
  return scheme === undefined ? resolve(place) : place;
}
