import type { FileRange, SourceFile } from '../sources';
import { planRanges } from '../ranges';

/** What a thread takes at the end, so that all of them end at about the same time. */
const SHORT_PER_LONG = 3;

/**
 * Ranges of files for threads that take one after the other, in order: a long one for each to begin with, since every range learns
 * anew what its rows look like, and a short one for each. Those of several files are as short as the files are.
 */
export function sharedRanges(files: readonly Pick<SourceFile, 'size'>[], threads: number): FileRange[] {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const minimumBytes = Math.max(1, Math.ceil(bytes / (threads * (SHORT_PER_LONG + 1))));
  const short = planRanges(files, { minimumBytes, spanFiles: true });
  return short.reduce<FileRange[]>((ranges, range, ordinal) => {
    const isBegun = ordinal < threads * SHORT_PER_LONG && ordinal % SHORT_PER_LONG > 0;
    const last = ranges.at(-1);
    if (isBegun && last !== undefined && goesOn(last, range)) ranges[ranges.length - 1] = { ...last, to: range.to };
    else ranges.push(range);
    return ranges;
  }, []);
}

function goesOn(one: FileRange, next: FileRange): boolean {
  return one.lastFile === undefined && next.lastFile === undefined && one.file === next.file && one.to === next.from;
}
