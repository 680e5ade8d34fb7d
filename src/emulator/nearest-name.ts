/** The known name that a misspelt one was most likely meant to be, or `undefined` when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const distances = known.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
  }));
  const nearest = distances.sort((left, right) => left.distance - right.distance)[0];
  if (nearest === undefined || nearest.distance > Math.max(2, Math.floor(nearest.candidate.length / 3)))
    return undefined;
  return nearest.candidate;
}

/** How many letters must be changed, added or removed (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
