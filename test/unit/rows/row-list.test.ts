import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRowList, writeRowList } from '../../../src/rows/row-list';
import { aStore } from '../../support/input-side';

const uri = 'gs://acme/rows';

describe('a list of rows', () => {
  test('comes back ascending, whatever the order it was written in (property)', async () => {
    const store = await aStore({});
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(0xffffffff)), async (rows) => {
        await writeRowList(store, uri, rows);
        expect([...(await readRowList(store, uri))]).toEqual([...rows].sort((one, other) => one - other));
      }),
      { numRuns: 50 },
    );
  });

  test('is not read from something else', async () => {
    const store = await aStore({ [uri]: 'abcde' });
    await expect(readRowList(store, uri)).rejects.toThrow(
      'gs://acme/rows is not a list of rows: 5 bytes are no multiple of 4',
    );
  });
});
