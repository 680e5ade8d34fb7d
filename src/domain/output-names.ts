const REGULAR = /^predictions(_\d+)?\.jsonl(-\d+-of-\d+)?$/;
const INCREMENTAL = /^incremental_[^/]*\.jsonl(-\d+-of-\d+)?$/;
const SHARD = /^(.*)-\d+-of-(\d+)$/;

/** What a job's output file is by its name; `incremental` ones count only where a job died before it wrote the others. */
export function outputKindOf(name: string): 'regular' | 'incremental' | undefined {
  if (REGULAR.test(name)) return 'regular';
  return INCREMENTAL.test(name) ? 'incremental' : undefined;
}

/** Whether these names of files tell of others that aren't among them: of `-00000-of-00002` there are two. */
export function lacksShards(names: readonly string[]): boolean {
  const lacking = new Map<string, number>();
  for (const name of names) {
    const [, file, count] = SHARD.exec(name) ?? [];
    if (file !== undefined) lacking.set(file, (lacking.get(file) ?? Number(count)) - 1);
  }
  return [...lacking.values()].some((shards) => shards > 0);
}
