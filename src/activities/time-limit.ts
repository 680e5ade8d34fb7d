/**
 * Whether more than `ms` have passed since the call, by whichever clock says so: one stands still while a machine sleeps, and the
 * other may be set back.
 */
export function timeLimit(ms: number): () => boolean {
  const begunAt = { set: Date.now(), steady: performance.now() };
  return () => Date.now() - begunAt.set > ms || performance.now() - begunAt.steady > ms;
}
