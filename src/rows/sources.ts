export interface SourceFile {
  readonly uri: string;
  readonly generation: string;
  readonly size: number;
  readonly crc32c: string;
  readonly updated: string;
}

/** The lines whose first byte lies in [from, to) of the file with that ordinal (from 0). */
export interface FileRange {
  readonly file: number;
  readonly from: number;
  readonly to: number;
  /** Ordinal of the last file, where one range of the input spans several small files, each of them whole. */
  readonly lastFile?: number;
}

/** A table as it was when it was read. */
export interface PinnedTable {
  /** `bq://project.dataset.table` */
  readonly uri: string;
  readonly lastModified: string;
  readonly rows: number;
}

/** Content of `sourcesUri`. */
export interface Sources {
  readonly files: readonly SourceFile[];
  readonly ranges: readonly FileRange[];
  /** The input, of which the one file is a copy; its lines are the table's rows. */
  readonly table?: PinnedTable;
}

/** Content of `outputsUri`; ranges as in {@link Sources}. */
export interface Outputs {
  readonly job: string;
  readonly files: readonly SourceFile[];
  readonly ranges: readonly FileRange[];
}
