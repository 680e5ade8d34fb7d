/** The last position whose value isn't above a limit; the values rise, and the first is never above it. */
export function lastNotAbove(count: number, valueAt: (position: number) => number, limit: number): number {
  let last = 0;
  let behind = count;
  while (behind - last > 1) {
    const middle = Math.floor((last + behind) / 2);
    if (valueAt(middle) <= limit) last = middle;
    else behind = middle;
  }
  return last;
}
