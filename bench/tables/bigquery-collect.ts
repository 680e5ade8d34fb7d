import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ProgramBenchmark } from '../benchmark';
import { prepareOutputs } from '../collecting/preparation';
import { bareNode, type Contestant, inNode } from '../contest/contestant';
import { detailsOf } from '../contest/details';
import { CONTEST_ROWS, CONTEST_SEED, holdContest } from '../contest/generated-contest';
import { runRounds } from '../contest/rounds';
import { requireRoom } from '../generated/input-file';
import { textOf } from '../report';
import { withEmulatedStorage } from '../validation/emulated-storage';
import { comparedWith } from './comparison';

type ContestantName = 'bare' | 'ours' | 'naive';

/** Input, two outputs, a table, and in every round its copy and what everybody writes, a row. */
const SCRATCH_BYTES_PER_ROW = 70_000;

/** As a job makes them: the input's, and its own. */
const COLUMNS = 'key STRING,request JSON,response JSON,status STRING,processed_time TIMESTAMP';

/** What it takes of the client to make results of an output table, beside what users write. */
export const bigqueryCollect: ProgramBenchmark = {
  kind: 'programs',
  name: 'bigquery-collect',
  async run({ runs, size, install }, say) {
    const rows = CONTEST_ROWS[size];
    return await holdContest({ install }, say, async (directory, loadNote) => {
      await requireRoom(directory, rows * SCRATCH_BYTES_PER_ROW);
      const { withKeys, knownRows } = await prepareOutputs(directory, { rows, seed: CONTEST_SEED }, say);
      const { path, bytes } = withKeys;
      say('loading it into a table');
      const work = async ({ url, table }: { readonly url: string; readonly table: string }) => {
        const target = join(directory, 'naive');
        const contestants: Contestant<ContestantName>[] = [
          bareNode(path),
          inNode(
            'naive',
            'createReadStream of the library + JSON.parse + Map + JSON.stringify',
            'naive-collect-table',
            [...[url, table, knownRows, target]],
          ),
          ours(url, table, withKeys.prepared.planUri, directory),
        ];
        const rounds = await runRounds(contestants, runs, rows, say);
        return {
          name: 'bigquery-collect',
          what: `A table of ${textOf(rows)} generated rows of output, ${textOf(bytes / 1e6)} MB, made into results by programs that take turns, each a process of its own; median of ${runs}.`,
          baseline: 'what users write, in the same round',
          measurements: comparedWith(rounds, 'ours', 'naive', 'collected'),
          details: detailsOf(contestants, rounds, bytes),
          notes: [...NOTES, loadNote],
        };
      };
      return await withEmulatedStorage(join(directory, 'objects'), path, work, { columns: COLUMNS });
    });
  },
};

/** Each time into a directory of its own: what stands is taken for done. */
function ours(url: string, table: string, planUri: string, directory: string): Contestant<ContestantName> {
  const label = 'ours';
  const run = () =>
    inNode('ours', label, 'ours-collect-table', [url, table, planUri, join(directory, `ours-${randomUUID()}/`)]).run();
  return { name: 'ours', label, run };
}

const NOTES = [
  'The emulated BigQuery is a process of its own on the same machine; only the client’s is measured. Everybody knows the keys of the input’s rows before.',
  'Ours is what `vertex-batch collect` does with an output table: its copy into files with checksums, one thread, the books, the check of their sums, results and errors with their checksums. Users parse no more than the answer, accept any row twice and miss none.',
  'MB are 10⁶ bytes of the output as JSON lines.',
];
