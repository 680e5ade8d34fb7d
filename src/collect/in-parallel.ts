/** Runs `work` for 0 … count-1, at most `limit` at a time; begins nothing new after the first failure, and waits for what runs. */
export async function inParallel(
  count: number,
  limit: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lanes = Array.from({ length: Math.min(limit, count) }, async () => {
    while (next < count && !failed) {
      await work(next++).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  });
  const ends = await Promise.allSettled(lanes);
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
