import { Option } from 'commander';
import { MOST_THREADS } from '../rows/threads/default-threads';
import { wholeNumber } from './flag-values';

/** `--threads`, of a command of which threads do this; {@link defaultThreads} is its default. */
export function threadsOption(does: string): Option {
  const description = `threads that ${does} (default: one a core, at most ${MOST_THREADS})`;
  return new Option('--threads <count>', description).argParser(wholeNumber);
}
