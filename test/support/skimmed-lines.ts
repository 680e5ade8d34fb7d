import type { LineSkimmer, SkimmedLine } from '../../src/rows/skim/skimmed-lines';

/** Takes the lines as they come. */
export type TakeLine = (line: SkimmedLine) => void;

/** Takes all lines of these chunks, the last one without a line end among them. */
export function takeLines(skimmer: LineSkimmer, chunks: readonly Buffer[], take: TakeLine): void {
  for (const chunk of chunks) {
    skimmer.give(chunk);
    for (let line = skimmer.next(); line !== undefined; line = skimmer.next()) take(line);
    if (skimmer.isDone) return;
  }
  const last = skimmer.last();
  if (last !== undefined) take(last);
}
