import { isDeepStrictEqual } from 'node:util';
import { mutatedLines } from '../../test/support/mutated-rows';
import { verdictOf } from '../../test/support/thorough-lines';
import type { ProgramBenchmark } from '../benchmark';
import { atMost } from '../report';

const ROWS = 1_000_000;
const BATCH_ROWS = 10_000;
/** Behind those of the tests, so that these are other rows. */
const FIRST_SEED = 1_000;

/** Whether skimming gives the verdict of reading every row in full, on many more rows than the tests have. */
export const exactness: ProgramBenchmark = {
  kind: 'programs',
  name: 'exactness',
  onRequest: true,
  async run(_, say) {
    let differing = 0;
    for (let batch = 0; batch < ROWS / BATCH_ROWS; batch += 1) {
      const lines = mutatedLines(FIRST_SEED + batch, BATCH_ROWS).flatMap((line) => [line, LINE_FEED]);
      const bytes = Buffer.concat(lines);
      if (!isDeepStrictEqual(verdictOf(bytes, false), verdictOf(bytes, true))) differing += 1;
      say(`${(batch + 1) * BATCH_ROWS} rows, ${differing} batches differ`);
    }
    return {
      name: 'exactness',
      what: `${ROWS} rows, most of them changed somewhere in value or text, in batches of ${BATCH_ROWS}: problems, counts, shapes and keys by skimming and by reading each in full. Strings of more than 32 bytes are cut.`,
      baseline: 'each row read in full',
      measurements: [
        { label: 'batches that differ', unit: '', ours: differing, baseline: 0, target: atMost(0, differing) },
      ],
      notes: [],
    };
  },
};

const LINE_FEED = Buffer.from('\n');
