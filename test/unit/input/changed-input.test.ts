import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_VALIDATION } from '../../../src/domain/accepted-validation';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { validateInput } from '../../../src/input';
import { validateGiven } from '../../../src/input/validate-given';
import { aRow } from '../../support/an-emulator';
import { aStore, storeWith } from '../../support/input-side';

const ROWS = Array.from({ length: 2_000 }, (_, row) => aRow('x'.repeat(500), `p-${row}`));
const TEXT = ROWS.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Once, as soon as some rows were read; more are to come. */
function atFirst(change: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) change();
    isDone = true;
  };
}

describe('a file that changes while it is validated', () => {
  let directory: string;
  let path: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'changed-input-'));
    path = join(directory, 'prompts.jsonl');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each<[what: string, change: () => void]>([
    ['that grows', () => appendFileSync(path, '{')],
    ['that shrinks', () => truncateSync(path, 600_000)],
    ['that is written anew, with as many bytes', () => writeFileSync(path, TEXT.replaceAll('x', 'y'))],
    [
      'that another takes the place of',
      () => {
        writeFileSync(join(directory, 'other'), TEXT);
        renameSync(join(directory, 'other'), path);
      },
    ],
    ['that is deleted', () => rmSync(path)],
  ])('%s is told of, whatever was read of it', async (_, change) => {
    writeFileSync(path, TEXT);
    // a change is seen by its time, too, which doesn't tell instants apart
    await utimes(path, 1, 1);
    await expect(validateInput(path, { onProgress: atFirst(change) })).rejects.toMatchObject({
      type: 'InputChanged',
      message: `${path} was changed, replaced or deleted since it was found`,
    });
  });
});

describe('an object that changes while it is validated', () => {
  const A = 'gs://acme/in/a.jsonl';

  async function validated(store: ObjectStore, onProgress = () => {}) {
    const settings = { keyField: null, validation: DEFAULT_VALIDATION, threads: 1, onProgress };
    const given = { local: [], remote: ['gs://acme/in/*'], dispose: async () => {} };
    const { signal } = new AbortController();
    return validateGiven(given, { ...settings, signal, remote: () => store });
  }

  it('that is what it was passes, also when the same bytes were written again', async () => {
    const store = await aStore({ [A]: ROWS });
    const { report } = await validated(
      store,
      atFirst(() => void store.write(A, TEXT)),
    );
    expect(report).toMatchObject({ valid: true, rows: ROWS.length });
  });

  it.each<[what: string, change: (store: ObjectStore) => unknown]>([
    ['is written anew', (store) => store.write(A, TEXT.replaceAll('x', 'y'))],
    ['is deleted', (store) => store.delete(A)],
  ])('that %s is told of', async (_, change) => {
    const store = await aStore({ [A]: ROWS });
    const changed = validated(
      store,
      atFirst(() => void change(store)),
    );
    await expect(changed).rejects.toMatchObject({
      type: 'InputChanged',
      message: `${A} was changed, replaced or deleted since it was found`,
    });
  });

  it('and bytes that are changed on their way are told by their checksum', async () => {
    const store = await aStore({ [A]: ROWS });
    const damaging = storeWith(store, {
      read: async function* (uri, options) {
        for await (const chunk of store.read(uri, options)) yield Buffer.from(String(chunk).replace('xx', 'xy'));
      },
    });
    await expect(validated(damaging)).rejects.toMatchObject({
      type: 'InputChanged',
      message: expect.stringMatching(
        /^gs:\/\/acme\/in\/a.jsonl was found with the crc32c \S+, .* on their way\. Validate/,
      ),
    });
  });
});
