import type { RowClass, RowEntry } from '../domain/books';
import { TOKEN_KINDS, usageOf } from '../domain/usage';

/** What is kept of each row of a range: enough to choose the winners without its text. */
export interface CollectedRow extends Omit<RowEntry, 'object' | 'modelVersion'> {
  readonly row: number;
  /** Set when the row was found by its request and others have the same one: `row` is the first of them. */
  readonly requestHash: bigint | null;
  /** Bytes of a failed row's line in an output file, by the file's ordinal: its echo may be all that is left of the request. */
  readonly echo: OutputPlace | null;
  /** Place of what answered in the record's `modelVersions`; null where the line names none. */
  readonly model: number | null;
}

export interface OutputPlace {
  readonly file: number;
  readonly from: number;
  readonly to: number;
}

type Written = readonly [
  row: number,
  kind: RowClass,
  code: number | null,
  status: string,
  retryable: 0 | 1,
  offset: number,
  length: number,
  usage: readonly number[] | null,
  requestHash: string | null,
  echo: readonly [file: number, from: number, to: number] | null,
  model?: number | null,
  promptAudioTokens?: number,
];

/** One line of a range's `entries`. */
export function writeCollectedRow(entry: CollectedRow): string {
  const { row, kind, code, status, retryable, offset, length, usage, requestHash, echo, model } = entry;
  const { promptAudioTokens = 0 } = entry;
  const counts = usage && TOKEN_KINDS.map((token) => usage[token]);
  const hash = requestHash === null ? null : requestHash.toString(16);
  const place = echo && ([echo.file, echo.from, echo.to] as const);
  const written: Written = [row, kind, code, status, retryable ? 1 : 0, offset, length, counts, hash, place, model];
  return JSON.stringify(promptAudioTokens > 0 ? [...written, promptAudioTokens] : written);
}

export function readCollectedRow(line: string): CollectedRow {
  const [row, kind, code, status, retryable, offset, length, counts, hash, place, model, audio] = JSON.parse(
    line,
  ) as Written;
  return {
    row,
    kind,
    code,
    status,
    retryable: retryable === 1,
    offset,
    length,
    usage: counts && usageOf((token) => counts[TOKEN_KINDS.indexOf(token)] ?? 0),
    requestHash: hash === null ? null : BigInt(`0x${hash}`),
    echo: place && { file: place[0], from: place[1], to: place[2] },
    model: model ?? null,
    ...(audio !== undefined && { promptAudioTokens: audio }),
  };
}
