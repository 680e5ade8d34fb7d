import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RowClass } from '../../../src/domain/books';
import { usageOf } from '../../../src/domain/usage';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { type CollectedRow, CollectedRowsWriter, readCollectedRows } from '../../../src/rows/collected-rows';
import { readWhole } from '../../../src/rows/commits';

const URI = 'gs://bucket/entries.rows';
const u32 = fc.nat(2 ** 32 - 1);
const place = fc.nat(2 ** 50);

const aRow = fc.record({
  row: u32,
  kind: fc.constantFrom<RowClass>('answered', 'blocked', 'failed'),
  code: fc.option(fc.nat(16)),
  status: fc.constantFrom('STOP', 'SAFETY', ''),
  retryable: fc.boolean(),
  usage: fc.option(place.map((tokens) => usageOf((kind) => tokens + kind.length))),
  requestHash: fc.option(fc.bigInt(0n, 2n ** 64n - 1n)),
  echo: fc.option(fc.record({ file: u32, from: place, to: place })),
  modelVersion: fc.option(fc.constantFrom('gemini-a', 'gemini-b')),
  promptAudioTokens: fc.nat(1000),
  offset: place,
  length: u32,
});

test('collected rows are read as they were written, in whatever pieces they come (property)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aRow, { minLength: 1, maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
      async (rows, pieces) => {
        const store = new MemoryObjectStore();
        const writer = new CollectedRowsWriter(store, URI);
        for (const row of rows) writer.add(row);
        const object = await writer.close();
        const read: CollectedRow[] = [];
        const origin = { words: writer.words, object: 7 };
        for await (const some of readCollectedRows(inPieces(await readWhole(store, URI), pieces), object!, origin)) {
          for (let at = 0; at < some.length; at += 1) read.push(copyOf(some.at(at)));
        }
        expect(read).toEqual(rows);
      },
    ),
  );
});

/** A store that gives the bytes of one object in pieces of these lengths, all in the same memory. */
function inPieces(bytes: Buffer, lengths: readonly number[]): ObjectStore {
  return Object.assign(new MemoryObjectStore(), {
    async *read() {
      const memory = Buffer.alloc(Math.max(...lengths));
      for (let [from, piece] = [0, 0]; from < bytes.length; piece += 1) {
        const copied = bytes.copy(memory, 0, from, from + lengths[piece % lengths.length]!);
        yield memory.subarray(0, copied);
        memory.fill(0xff);
        from += copied;
      }
    },
  });
}

function copyOf(row: CollectedRow): CollectedRow {
  return {
    row: row.row,
    kind: row.kind,
    code: row.code,
    status: row.status,
    retryable: row.retryable,
    usage: row.usage,
    requestHash: row.requestHash,
    echo: row.echo,
    modelVersion: row.modelVersion,
    promptAudioTokens: row.promptAudioTokens ?? 0,
    offset: row.offset,
    length: row.length,
  };
}
