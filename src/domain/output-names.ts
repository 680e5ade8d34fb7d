const REGULAR = /^predictions(_\d+)?\.jsonl(-\d+-of-\d+)?$/;
const INCREMENTAL = /^incremental_[^/]*\.jsonl(-\d+-of-\d+)?$/;

/** What a job's output file is by its name; `incremental` ones count only where a job died before it wrote the others. */
export function outputKindOf(name: string): 'regular' | 'incremental' | undefined {
  if (REGULAR.test(name)) return 'regular';
  return INCREMENTAL.test(name) ? 'incremental' : undefined;
}
