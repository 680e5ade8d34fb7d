import type { ImportedInput } from './job-input';

/** Where a job's rows go. Nothing is to be seen before `commit`. */
export interface JobOutput {
  /** A directory's URI or a dataset's. */
  readonly place: string;
  /** The job's `outputInfo`. */
  readonly info: Readonly<Record<string, string>>;
  /** @throws {JobFailure} where nothing could ever be written */
  locate(): void;
  /** @throws {JobFailure} where these rows can't go there */
  open(input: ImportedInput): void;
  /** Takes one row as JSON. */
  add(line: string): void;
  /** Whether enough has gathered that `flush` should be awaited. */
  readonly isFull: boolean;
  flush(): Promise<void>;
  /** Shows what was added, and gives its URIs. @throws {JobFailure} where it can't be written after all */
  commit(interrupted: boolean): Promise<readonly string[]>;
}
