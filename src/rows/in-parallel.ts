/** Runs `work` for 0 … count-1, at most `limit` at a time; begins nothing new after the first failure, and waits for what runs. */
export async function inParallel<Value>(
  count: number,
  limit: number,
  work: (index: number) => Promise<Value>,
): Promise<Value[]> {
  const results = Array.from<Value>({ length: count });
  let next = 0;
  let failed = false;
  const lanes = Array.from({ length: Math.min(limit, count) }, async () => {
    while (next < count && !failed) {
      const index = next++;
      results[index] = await work(index).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  });
  const ends = await Promise.allSettled(lanes);
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  return results;
}

/** What both give; after the failure of one the other is waited for. */
export async function together<First, Second>(
  first: Promise<First>,
  second: Promise<Second>,
): Promise<readonly [First, Second]> {
  await Promise.allSettled([first, second]);
  return await Promise.all([first, second]);
}
