import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveInput } from '../../../src/activities/resolve-input';
import { validateRange } from '../../../src/activities/validate-range';
import type { Sources } from '../../../src/rows/sources';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { readJson } from '../../../src/rows/commits';
import { Crc32c } from '../../../src/rows/crc32c';
import { requireReadAsFound, withChecksum } from '../../../src/rows/input-checksums';
import { mergeValidation } from '../../../src/rows/merged-validation';
import { validationDirectory } from '../../../src/rows/validated-range';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { aRequest, anAttempt, aRun, aStore, storeWith } from '../../support/input-side';

const run = aRun();
const ROWS = [
  { custom_id: 'a', request: aRequest('One') },
  { custom_id: 'b', request: aRequest('Two') },
];

/** A store whose reads of that object give one other letter. */
function damaging(store: ObjectStore, damaged: string): ObjectStore {
  return storeWith(store, {
    read: async function* (uri, options) {
      for await (const chunk of store.read(uri, options)) {
        yield uri === damaged ? Buffer.from(chunk.toString().replace('One', 'Ona')) : chunk;
      }
    },
  });
}

async function validated(store: ObjectStore) {
  const { sourcesUri } = await resolveInput(
    { store, tables: new TableStoreMemory() },
    { run, input: ['gs://acme/in/*'] },
    anAttempt(),
  );
  await validateRange({ store }, { run, sourcesUri, range: 0, keyField: null }, anAttempt());
  return mergeValidation(store, await readJson<Sources>(store, sourcesUri), validationDirectory(run, sourcesUri, null));
}

describe('the checksum of what was read', () => {
  test('lets an input through that was read as it lies', async () => {
    const { records } = await validated(await aStore({ 'gs://acme/in/a': ROWS, 'gs://acme/in/b': ROWS }));
    expect(records[0]!.pieces.map(({ crc32c }) => typeof crc32c)).toEqual(['string', 'string']);
  });

  test('stops a run whose input was damaged on its way, and names the file, both checksums and the remedy', async () => {
    const store = await aStore({ 'gs://acme/in/a': ROWS, 'gs://acme/in/b': ROWS });
    await expect(validated(damaging(store, 'gs://acme/in/b'))).rejects.toMatchObject({
      type: 'InputChanged',
      message: expect.stringMatching(/^gs:\/\/acme\/in\/b was found with the crc32c \S+, .* has \S+: .*higher `rerun`/),
    });
  });

  test('is that of the whole file, wherever ranges and chunks are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        cuts(),
        cuts(),
        async (bytes, ranges, chunks) => {
          const file = Buffer.from(bytes);
          const borders = [...new Set([0, ...ranges.map((cut) => cut % file.length), file.length])].sort(
            (a, b) => a - b,
          );
          const planned = borders.slice(1).map((to, position) => ({ file: 0, from: borders[position]!, to }));
          const read = planned.map(async (piece) => ({ pieces: [await readOf(file, piece, chunks)] }));
          const found = { uri: 'gs://acme/in/a', size: file.length, generation: '1', updated: '' };
          const crc32c = new Crc32c().update(file).toString();
          const records = await Promise.all(read);
          requireReadAsFound({ files: [{ ...found, crc32c }], ranges: planned }, records);
          const other = new Crc32c().update(file).update(Buffer.of(0)).toString();
          expect(() => requireReadAsFound({ files: [{ ...found, crc32c: other }], ranges: planned }, records)).toThrow(
            /bytes were changed/,
          );
        },
      ),
    );
  });

  test('says nothing of a file that was read in part, or by a version that took none', () => {
    const file = { uri: 'gs://acme/in/a', size: 2, generation: '1', updated: '', crc32c: 'AAAAAA==' };
    const ranges = [
      { file: 0, from: 0, to: 1 },
      { file: 0, from: 1, to: 2 },
    ];
    const records = [{ pieces: [{ crc32c: 'BBBBBA==' }] }, { pieces: [{}] }];
    expect(() => requireReadAsFound({ files: [file], ranges }, records)).not.toThrow();
  });
});

function cuts() {
  return fc.array(fc.nat(300), { maxLength: 5 });
}

async function readOf(file: Buffer, piece: { from: number; to: number }, cutAt: readonly number[]) {
  let crc32c = '';
  const passed: Buffer[] = [];
  const first = Math.max(0, piece.from - 1);
  for await (const chunk of withChecksum(chunksOf(file.subarray(first), cutAt), piece, (whole) => (crc32c = whole))) {
    passed.push(chunk);
  }
  expect(Buffer.concat(passed)).toEqual(file.subarray(first));
  return { crc32c };
}

async function* chunksOf(bytes: Buffer, cutAt: readonly number[]): AsyncGenerator<Buffer> {
  const borders = [0, ...cutAt.filter((cut) => cut < bytes.length), bytes.length].sort((a, b) => a - b);
  for (const [position, to] of borders.slice(1).entries()) yield bytes.subarray(borders[position], to);
}
