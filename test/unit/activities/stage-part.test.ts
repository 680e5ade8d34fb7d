import { describe, expect, test } from 'vitest';
import { checkInput } from '../../../src/activities/check-input';
import { stagePart } from '../../../src/activities/stage-part';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { readWhole } from '../../../src/rows/commits';
import { loadPartIndex } from '../../../src/rows/part-index-stored';
import { planUri, readPlan } from '../../../src/rows/plan';
import { readRows } from '../../../src/rows/read-rows';
import { writeRowList } from '../../../src/rows/row-list';
import { TableStoreMemory } from '../../../src/gateways/table-store-memory';
import { anAttempt, aRequest, aRun, aStore, planInput, storeWith } from '../../support/input-side';

const A = 'gs://acme/in/a.jsonl';
const B = 'gs://acme/in/b.jsonl';
const run = aRun();

function stage(store: ObjectStore, { round = 1, rowsUri = null as string | null } = {}) {
  return stagePart({ store }, { run, planUri: planUri(run), part: 1, round, rowsUri }, anAttempt());
}

async function textOf(store: ObjectStore, uri: string): Promise<string> {
  return (await readWhole(store, uri)).toString('utf8');
}

const REQUEST = '{"contents": [{"parts": {"text": "\\u00fc ü"}}], "generationConfig": {"temperature": 1.0}}';

describe('stagePart', () => {
  test('writes internal keys and the requests byte by byte as they stood, and nothing else', async () => {
    const store = await aStore({
      [A]: `{"id": 7, "request": ${REQUEST} }\r\n`,
      [B]: `{"request":${REQUEST},"note":"x"}`,
    });
    await planInput(store);
    const staged = await stage(store);
    expect(staged).toMatchObject({ rows: 2, uris: [expect.stringMatching(/\/staged\/p1-r1-[0-9a-f]{16}\.jsonl$/)] });
    const text = await textOf(store, staged.uris[0]!);
    expect(text).toBe(`{"key":"r0-1","request":${REQUEST}}\n{"key":"r1-1","request":${REQUEST}}\n`);
    expect(staged.bytes).toBe(Buffer.byteLength(text));
  });

  test('a later round of an input used as it lies carries the caller’s own keys, for the rows listed', async () => {
    const keys = ['a "quoted"', 'b', 'c', 'd'];
    const store = await aStore({ [A]: keys.map((custom_id) => ({ custom_id, request: aRequest(custom_id) })) });
    await planInput(store);
    const rowsUri = `${run.directory}work/retry`;
    await writeRowList(store, rowsUri, [3, 0]);
    const staged = await stage(store, { round: 2, rowsUri });
    expect(staged.rows).toBe(2);
    expect(await textOf(store, staged.uris[0]!)).toBe(
      [keys[0], keys[3]]
        .map((custom_id) => `${JSON.stringify({ custom_id, request: aRequest(custom_id) })}\n`)
        .join(''),
    );
  });

  test.each([
    ['carry the caller’s own keys', ['a', 'b'], '{"id":"b","request":'],
    ['carry none where two rows have one key', ['a', 'a'], '{"request":'],
    ['carry none where rows have none', [undefined, undefined], '{"request":'],
  ])('rows that a job of somebody else’s left unanswered %s', async (_, keys, start) => {
    const store = await aStore({ [A]: keys.map((id) => ({ id, request: aRequest(id) })) });
    await planInput(store, { foreign: { readAt: null } });
    const rowsUri = `${run.directory}work/retry`;
    await writeRowList(store, rowsUri, [1]);
    const staged = await stage(store, { round: 2, rowsUri });
    expect(await textOf(store, staged.uris[0]!)).toBe(`${start}${JSON.stringify(aRequest(keys[1]))}}\n`);
  });

  test('an attempt that finds a copy uses it, and deletes nothing', async () => {
    const store = await aStore({ [A]: [{ request: aRequest() }] });
    await planInput(store);
    const first = await stage(store);
    expect(await stage(store)).toEqual(first);
  });

  test('of two attempts at once, both give the copy that was committed first', async () => {
    const store = await aStore({ [A]: [{ request: aRequest() }] });
    await planInput(store);
    let first: Awaited<ReturnType<typeof stage>> | undefined;
    const racing = storeWith(store, {
      write: async (...call: Parameters<ObjectStore['write']>) => {
        if (call[0].endsWith('-all.json')) first ??= await stage(store);
        return store.write(...call);
      },
    });
    const second = await stage(racing);
    expect(second).toEqual(first);
  });

  test('the same rows give the same digest, other rows another copy', async () => {
    const store = await aStore({ [A]: [{ request: aRequest('1') }, { request: aRequest('2') }] });
    await planInput(store);
    await writeRowList(store, `${run.directory}work/one`, [0]);
    await writeRowList(store, `${run.directory}work/two`, [1]);
    const one = await stage(store, { round: 2, rowsUri: `${run.directory}work/one` });
    const two = await stage(store, { round: 2, rowsUri: `${run.directory}work/two` });
    expect(two.digest).not.toBe(one.digest);
    expect(two.uris).not.toEqual(one.uris);
    await store.delete(one.uris[0]!);
    const again = await stage(store, { round: 2, rowsUri: `${run.directory}work/one` });
    expect(again.digest).toBe(one.digest);
    expect(again.uris).not.toEqual(one.uris);
  });

  test('refuses an input that isn’t what was planned, and takes the same bytes written again', async () => {
    const rows = `${JSON.stringify({ request: aRequest() })}\n`;
    const store = await aStore({ [A]: rows });
    await planInput(store);
    await store.write(A, rows);
    expect(await stage(store)).toMatchObject({ rows: 1 });
    await store.write(A, rows.repeat(2));
    await expect(stage(store, { round: 2 })).rejects.toMatchObject({
      name: 'BatchError',
      type: 'InputChanged',
      message: `The input changed since the run read it: ${A}`,
    });
  });

  test('stops when it is cancelled', async () => {
    const store = await aStore({ [A]: [{ request: aRequest() }] });
    await planInput(store);
    const controller = new AbortController();
    controller.abort(new Error('cancelled'));
    const input = { run, planUri: planUri(run), part: 1, round: 1, rowsUri: null };
    await expect(stagePart({ store }, input, anAttempt({ signal: controller.signal }))).rejects.toThrow('cancelled');
  });
});

describe('readRows', () => {
  test('gives any rows as they stand, near and far, long and short, across chunks and files', async () => {
    const texts = ['a', 'x'.repeat(200_000), 'b', 'y'.repeat(700_000), 'c', 'd'];
    const lines = texts.map((text) => JSON.stringify({ request: aRequest(text) }));
    const store = await aStore({ [A]: `${lines.slice(0, 4).join('\r\n')}\r\n`, [B]: lines.slice(4).join('\n') });
    await planInput(store);
    const index = await loadPartIndex(store, await readPlan(store, planUri(run)), 1);
    for (const rows of [[0, 1, 2, 3, 4, 5], [0, 2], [3], [2, 5], [0, 5], []]) {
      const found = [];
      for await (const { row, content } of readRows(store, index, rows)) found.push([row, content.toString()]);
      expect(found).toEqual(rows.map((row) => [row, lines[row]]));
    }
  });

  test('reads the same bytes, written again, and refuses others', async () => {
    const row = JSON.stringify({ request: aRequest() });
    const store = await aStore({ [A]: row });
    await planInput(store);
    const index = await loadPartIndex(store, await readPlan(store, planUri(run)), 1);
    const { generation: noted } = index.locationOf(0);
    const onlyLive = storeWith(store, {
      read: (uri, options) => store.read(uri, options?.generation === noted ? { generation: '999' } : options),
    });
    const read = async () => String((await readRows(onlyLive, index, [0]).next()).value?.content);
    const refusal = { type: 'InputChanged', message: `${A} was changed, replaced or deleted since it was found` };
    await expect(read()).rejects.toMatchObject(refusal);
    await store.write(A, row);
    expect(await read()).toBe(row);
    await store.write(A, `${row} `);
    await expect(read()).rejects.toMatchObject(refusal);
  });
});

describe('checkInput', () => {
  test('names what changed or vanished since the plan', async () => {
    const store = await aStore({ [A]: [{ request: aRequest('1') }], [B]: [{ request: aRequest('2') }] });
    await planInput(store);
    const check = () =>
      checkInput({ store, tables: new TableStoreMemory() }, { run, planUri: planUri(run) }, anAttempt());
    expect(await check()).toEqual({ changed: [] });
    await store.write(A, 'x');
    await store.delete(B);
    expect(await check()).toEqual({ changed: [A, B] });
  });
});
