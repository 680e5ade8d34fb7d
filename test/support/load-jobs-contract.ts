import { describe, expect, it } from 'vitest';
import type { LoadJobs, LoadJobState, NewLoadJob } from '../../src/gateways/load-jobs';
import { waitFor } from './wait-for';

export interface LoadJobsUnderTest {
  /** Called before each test; the dataset `acme.d` is there, in us-central1. */
  readonly open: () => Promise<{
    readonly loads: LoadJobs;
    readonly putObject: (uri: string, lines: readonly object[]) => Promise<void>;
    readonly rowsOf: (table: string) => Promise<readonly (readonly unknown[])[]>;
  }>;
}

const SOURCE = 'gs://acme/results/part-1.jsonl';
const TABLE = 'bq://acme.d.answers';
const COLUMNS = [
  { name: 'key', type: 'STRING', mode: 'NULLABLE' },
  { name: 'usage', type: 'JSON', mode: 'NULLABLE' },
] as const;

function aLoad(more: Partial<NewLoadJob> = {}): NewLoadJob {
  const place = { project: 'acme', location: 'us-central1', table: TABLE };
  return { ...place, id: 'load_1', sourceUris: [SOURCE], columns: COLUMNS, ...more };
}

export function describeLoadJobs(which: string, { open }: LoadJobsUnderTest): void {
  async function opened() {
    const under = await open();
    await under.putObject(SOURCE, [
      { key: 'a', usage: { tokens: 1 }, more: true },
      { key: 'b', usage: null },
    ]);
    const endOf = async (load: NewLoadJob): Promise<LoadJobState | undefined> => {
      let state = await under.loads.find(load);
      await waitFor(async () => (state = await under.loads.find(load))?.kind !== 'running', {
        what: 'the load to end',
      });
      return state;
    };
    return { ...under, endOf };
  }

  describe(`load jobs: ${which}`, () => {
    it('make a table of all rows, without the fields that it has no columns for', async () => {
      const { loads, endOf, rowsOf } = await opened();
      expect(await loads.begin(aLoad())).toBe('begun');
      expect(await endOf(aLoad())).toEqual({ kind: 'loaded', rows: 2 });
      expect(await rowsOf(TABLE)).toEqual([
        ['a', '{"tokens":1}'],
        ['b', null],
      ]);
    });

    it('load nothing a second time under one id', async () => {
      const { loads, endOf, rowsOf } = await opened();
      await loads.begin(aLoad());
      expect(await loads.begin(aLoad())).toBe('standing');
      await endOf(aLoad());
      expect(await loads.begin(aLoad())).toBe('standing');
      expect(await rowsOf(TABLE)).toHaveLength(2);
    });

    it('append to a table that stands, by its own columns', async () => {
      const { loads, endOf, rowsOf } = await opened();
      await loads.begin(aLoad());
      await endOf(aLoad());
      const second = aLoad({ id: 'load_2', columns: null });
      await loads.begin(second);
      expect(await endOf(second)).toEqual({ kind: 'loaded', rows: 2 });
      expect(await rowsOf(TABLE)).toHaveLength(4);
    });

    it('say why nothing was loaded', async () => {
      const { loads, endOf } = await opened();
      const load = aLoad({ sourceUris: ['gs://acme/nothing.jsonl'] });
      await loads.begin(load);
      expect(await endOf(load)).toMatchObject({
        kind: 'failed',
        reason: expect.stringMatching(/./),
        message: expect.stringContaining('nothing.jsonl'),
      });
    });

    it('find none that was never begun', async () => {
      const { loads } = await opened();
      expect(await loads.find(aLoad())).toBeUndefined();
    });
  });
}
