import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import { loadPartIndex } from '../../../src/rows/part-index-stored';
import { readPlan } from '../../../src/rows/plan';
import { requestHash } from '../../../src/rows/request-hash';
import { loadRequestHashes } from '../../../src/rows/request-hashes';
import { testAttempt } from '../../support/attempt';
import { storeWith } from '../../support/input-side';
import { planPart, type PlannedPartOptions } from '../../support/planned-part';

const INPUT = 'gs://bucket/in.jsonl';
const aRequest = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] });
const rows = ['one', 'same', 'two', 'same'].map((text, row) => ({ id: `k${row}`, request: aRequest(text) }));

/** A bucket with a plan, and what one worker reads of it. */
async function aBucket(options?: PlannedPartOptions) {
  const store = new MemoryObjectStore();
  return { store, planUri: await planPart(store, rows, options) };
}

function aWorker(store: ObjectStore, planUri: string) {
  const reads: string[] = [];
  const watched = storeWith(store, {
    read: (uri, options) => {
      reads.push(uri);
      return store.read(uri, options);
    },
  });
  const load = async (attempt = testAttempt()) => {
    const plan = await readPlan(watched, planUri);
    return loadRequestHashes(watched, plan, 1, await loadPartIndex(watched, plan, 1), attempt);
  };
  return { load, inputReads: () => reads.filter((uri) => uri === INPUT).length };
}

describe('the requests of a part', () => {
  test('are found by their hash, equal ones in input order', async () => {
    const { store, planUri } = await aBucket();
    const hashes = await aWorker(store, planUri).load();
    expect(['one', 'same', 'none'].map((text) => hashes.rowsOf(requestHash(aRequest(text))))).toEqual([
      [0],
      [1, 3],
      [],
    ]);
  });

  test('are read once for all who ask a worker, and not at all where another worker has hashed them', async () => {
    const { store, planUri } = await aBucket();
    const first = aWorker(store, planUri);
    await Promise.all([first.load(), first.load()]);
    await first.load();
    expect(first.inputReads()).toBe(1);

    const second = aWorker(store, planUri);
    expect((await second.load()).rowsOf(requestHash(aRequest('same')))).toEqual([1, 3]);
    expect(second.inputReads()).toBe(0);
  });

  test('hashed by two workers at once, count as the first one noted them', async () => {
    const { store, planUri } = await aBucket();
    const workers = [aWorker(store, planUri), aWorker(store, planUri)];
    const both = await Promise.all(workers.map(({ load }) => load()));
    expect(both.map((hashes) => hashes.rowsOf(requestHash(aRequest('two'))))).toEqual([[2], [2]]);
  });

  test('whose input is gone are not found, and it is said once', async () => {
    const { store, planUri } = await aBucket({ inputChanged: true });
    const attempt = testAttempt();
    const hashes = await aWorker(store, planUri).load(attempt);
    expect(hashes.rowsOf(requestHash(aRequest('one')))).toEqual([]);
    expect(hashes.rowsOf(0n)).toEqual([]);
    expect(attempt.warnings).toEqual([
      `Answers without a key can't be joined to rows of this file any more: ${INPUT} was changed, replaced or deleted since it was found`,
    ]);
  });

  test('are hashed on for the others when one who waits is cancelled', async () => {
    const { store, planUri } = await aBucket();
    const { load, inputReads } = aWorker(store, planUri);
    const leaving = testAttempt();
    const staying = load();
    const left = load(leaving);
    leaving.cancel(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    expect((await staying).rowsOf(requestHash(aRequest('one')))).toEqual([0]);
    expect(inputReads()).toBe(1);
  });

  test('are hashed anew for the next who asks after all were cancelled, or a read failed', async () => {
    const { store, planUri } = await aBucket();
    let isBroken = true;
    const broken = storeWith(store, {
      read: (uri, options) => {
        if (uri === INPUT && isBroken) throw new Error('no connection');
        return store.read(uri, options);
      },
    });
    const { load } = aWorker(broken, planUri);
    const leaving = testAttempt();
    leaving.cancel(new Error('enough'));
    await expect(load(leaving)).rejects.toThrow('enough');
    await expect(load()).rejects.toThrow('no connection');
    isBroken = false;
    expect((await load()).rowsOf(requestHash(aRequest('two')))).toEqual([2]);
  });
});
