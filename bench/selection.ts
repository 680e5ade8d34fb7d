import { didYouMean } from '../src/domain/nearest-name';

/**
 * The benchmarks of these names, in the order asked for; without a name all that don't run on request only.
 * @throws {TypeError} naming the one that doesn't exist
 */
export function chosen<Named extends { readonly name: string; readonly onRequest?: true }>(
  benchmarks: readonly Named[],
  names: readonly string[],
): readonly Named[] {
  if (names.length === 0) return benchmarks.filter(({ onRequest }) => onRequest !== true);
  const known = benchmarks.map(({ name }) => name);
  return names.map((asked) => {
    const found = benchmarks.find(({ name }) => name === asked);
    if (found !== undefined) return found;
    throw new TypeError(`There is no benchmark ${asked}${didYouMean(asked, known)}; there are ${known.join(', ')}`);
  });
}
