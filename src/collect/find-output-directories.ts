import type { PinnedTable, SourceFile } from '../rows/sources';
import { BatchError } from '../domain/batch-error';
import { outputKindOf } from '../domain/output-names';
import { toSourceFile } from '../rows/source-file';
import { directoryOf } from '../rows/work-paths';
import { lastSegment, objectsNamed, type Search } from './named-objects';

/** What one job wrote, as far as a directory tells. */
export interface OutputDirectory {
  readonly uri: string;
  readonly files: readonly SourceFile[];
  /** Of which the one file is a copy. */
  readonly table?: PinnedTable;
}

/**
 * The output files that these names stand for, by directory, each file once. Below a directory or prefix the known names count, and
 * incremental files only where there are no others; a file that is named itself counts whatever its name is.
 * @param except directory that is no output
 */
export async function findOutputDirectories(
  search: Search,
  names: readonly string[],
  except: string,
): Promise<OutputDirectory[]> {
  const directories = new Map<string, Map<string, SourceFile>>();
  for (const name of names) {
    const { objects } = await objectsNamed(search, name, (file) => outputKindOf(file) !== undefined);
    const files = objects.filter(({ uri }) => !uri.startsWith(except));
    if (files.length === 0) throw nothingFound(name);
    for (const file of files) {
      const directory = directories.get(directoryOf(file.uri)) ?? new Map<string, SourceFile>();
      directories.set(directoryOf(file.uri), directory.set(file.uri, toSourceFile(file)));
    }
  }
  return [...directories].map(([uri, files]) => ({ uri, files: withoutIncremental([...files.values()]) }));
}

function withoutIncremental(files: readonly SourceFile[]): readonly SourceFile[] {
  const others = files.filter(({ uri }) => outputKindOf(lastSegment(uri)) !== 'incremental');
  return others.length > 0 ? others : files;
}

function nothingFound(name: string): BatchError {
  return new BatchError(
    'InputNotFound',
    `Output ${name} has no predictions*.jsonl, nor an incremental_*.jsonl; name the directory that the job's outputInfo has, or the files themselves.`,
  );
}
