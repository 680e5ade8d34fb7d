import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { HandlerCaller } from '../../../src/activities/call-handler';
import type { SettledPart } from '../../../src/activities/contract';
import { finishRun, type Manifest } from '../../../src/activities/finish-run';
import { handleRows } from '../../../src/activities/handle-rows';
import { type HandlerAttempt, type ProcessOptions, processRange } from '../../../src/activities/process-range';
import { defineHandler, type Handler, type HandlerRow } from '../../../src/define-handler';
import { HandlerError } from '../../../src/domain/handler-error';
import { createEmulator, serveEmulator } from '../../../src/emulator';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { ObjectStoreGcs } from '../../../src/gateways/object-store-gcs';
import { MemoryObjectStore } from '../../../src/gateways/object-store-memory';
import type { BatchResult } from '../../../src/messages';
import { dataObject, readJson } from '../../../src/rows/commits';
import { readLines } from '../../../src/rows/lines';
import { planRanges } from '../../../src/rows/ranges';
import type { SettledRecord } from '../../../src/rows/records';
import type { ResultRow } from '../../../src/rows/result-row';
import { testAttempt } from '../../support/attempt';
import { type Fault, failingStore } from '../../support/failing-store';
import { untilItWorks } from '../../support/output-side';
import { RUN } from '../../support/planned-part';

const handler = { name: 'save', version: '1' };

function attempt() {
  return { ...testAttempt(), workflowId: 'wf', progressed: () => undefined };
}

function line(key: string, text = `answer of ${key}`): string {
  const row: ResultRow = {
    key,
    outcome: 'answered',
    source: { uri: 'gs://bucket/in.jsonl', line: 1 },
    metadata: { from: 'test' },
    text,
    finishReason: 'STOP',
    modelVersion: null,
    usage: null,
  };
  return `${JSON.stringify(row)}\n`;
}

interface Part {
  readonly store: ObjectStore;
  readonly settledUri: string;
  readonly ranges: number;
}

function inMemory(): ObjectStore {
  return new MemoryObjectStore();
}

async function settledPart(
  keys: readonly string[],
  {
    minimumBytes = 64_000_000,
    store = inMemory(),
    execution = RUN.execution,
    lines = keys.map((key) => line(key)).join(''),
    rows = keys.length,
  } = {},
): Promise<Part> {
  const written = await store.write(`${RUN.directory}results/part-00001.jsonl`, lines);
  const results = [dataObject(written, rows)];
  const ranges = planRanges([{ size: written.size }], { minimumBytes, maximumRanges: 1_000 });
  const settled = { imbalances: ['something'] } as unknown as SettledPart;
  const record: SettledRecord = { part: 1, settled, results, ranges, errors: null, deadLetters: null, problems: [] };
  const settledUri = `${RUN.directory}work/${execution}-save-1/settled-p1-abc.json`;
  await store.write(settledUri, JSON.stringify(record));
  return { store, settledUri, ranges: ranges.length };
}

function process(
  part: Part,
  code: Handler,
  range = 0,
  options: ProcessOptions = {},
  during: HandlerAttempt = attempt(),
  run = RUN,
  version = '1',
) {
  const input = { run, settledUri: part.settledUri, range, handler: { name: 'save', version } };
  return processRange({ store: part.store, handlers: { save: code } }, input, during, {
    isolatePauseMs: 1,
    ...options,
  });
}

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, row) => `k${row}`);
}

describe('processing a range', () => {
  it('gives the handler typed rows in batches, and nothing a second time', async () => {
    const part = await settledPart(keysOf(5));
    const batches: string[][] = [];
    const code = defineHandler({
      batchSize: 2,
      handle: (rows, context) => {
        expect(context).toMatchObject({ workflowId: 'wf', mayRepeat: false });
        expect(rows[0]).toMatchObject({
          text: `answer of ${rows[0]!.key}`,
          metadata: { from: 'test' },
          output: undefined,
        });
        batches.push(rows.map(({ key }) => key));
      },
    });
    expect(await process(part, code)).toEqual({ processed: 5, rejected: 0 });
    expect(await process(part, code)).toEqual({ processed: 5, rejected: 0 });
    expect(batches).toEqual([['k0', 'k1'], ['k2', 'k3'], ['k4']]);
  });

  it('never has more calls under way than the concurrency, over all ranges of a worker', async () => {
    const part = await settledPart(keysOf(20), { minimumBytes: 500 });
    let current = 0;
    let most = 0;
    const code = defineHandler({
      batchSize: 1,
      concurrency: 3,
      handle: async () => {
        current += 1;
        most = Math.max(most, current);
        await new Promise((resolve) => setImmediate(resolve));
        current -= 1;
      },
    });
    const ranges = Array.from({ length: part.ranges }, (_, range) => process(part, code, range));
    const handled = await Promise.all(ranges);
    expect(handled.reduce((sum, { processed }) => sum + processed, 0)).toBe(20);
    expect(part.ranges).toBeGreaterThan(3);
    expect(most).toBe(3);
  });

  it('goes on behind what was committed when the handler threw, and says what may be a repeat', async () => {
    const part = await settledPart(keysOf(6));
    const seen: [string, boolean][] = [];
    let isDown = true;
    const code = defineHandler({
      batchSize: 1,
      concurrency: 1,
      handle: ([row], { mayRepeat }) => {
        if (isDown && row!.key === 'k3') throw new Error('database is down');
        seen.push([row!.key, mayRepeat]);
      },
    });
    const failing = process(part, code, 0, { checkpointMs: 0 });
    await expect(failing).rejects.toThrow(HandlerError);
    await expect(failing).rejects.toThrow('Handler save failed on row "k3": database is down');
    await expect(failing).rejects.toMatchObject({ cause: new Error('database is down') });
    isDown = false;
    expect(await process(part, code)).toEqual({ processed: 6, rejected: 0 });
    expect(seen).toEqual([
      ['k0', false],
      ['k1', false],
      ['k2', false],
      ['k3', true],
      ['k4', true],
      ['k5', true],
    ]);
  });

  it('says what may be a repeat where the answers of Cloud Storage are lost as well', async () => {
    const emulator = createEmulator();
    emulator.blobs.createBucket('bucket');
    const server = await serveEmulator(emulator);
    try {
      const store = new ObjectStoreGcs({ apiEndpoint: server.url, retryDelayMs: 1 });
      const part = await settledPart(keysOf(2), { store });
      const repeats: boolean[] = [];
      const code = defineHandler({ handle: (_, { mayRepeat }) => void repeats.push(mayRepeat) });
      const refused = { kind: 'status', status: 403 } as const;
      emulator.setScenario({ faults: [{ call: 'storage.write', path: 'at-0', fault: refused }] });
      await expect(process(part, code)).rejects.toThrow('permission denied');
      const broken = { kind: 'status', status: 500 } as const;
      emulator.setScenario({ faults: [{ call: 'storage.write', path: 'begun.json', fault: broken }] });
      expect(await process(part, code)).toEqual({ processed: 2, rejected: 0 });
      expect(repeats).toEqual([false, true]);
    } finally {
      await server.close();
    }
  });

  it('says that rows behind what an attempt may have handed out are no repeats', async () => {
    const part = await settledPart(keysOf(4));
    const oneLine = line('k0').length;
    let isDown = true;
    const seen: [string, boolean][] = [];
    const code = defineHandler({
      batchSize: 1,
      concurrency: 1,
      handle: ([row], { mayRepeat }) => {
        if (isDown) throw new Error('down');
        seen.push([row!.key, mayRepeat]);
      },
    });
    await expect(process(part, code, 0, { firstWindowBytes: oneLine * 2 })).rejects.toThrow('down');
    isDown = false;
    await process(part, code, 0);
    expect(seen).toEqual([
      ['k0', true],
      ['k1', true],
      ['k2', false],
      ['k3', false],
    ]);
  });

  it('says that anything may be a repeat when an earlier execution handed out other results of the part', async () => {
    const store = new MemoryObjectStore();
    const repeats: boolean[] = [];
    const code = defineHandler({ handle: (_, { mayRepeat }) => void repeats.push(mayRepeat) });
    await process(await settledPart(keysOf(2), { store }), code);
    const again = { ...RUN, execution: 'second-run-id' };
    const part = await settledPart(keysOf(3), { store, execution: again.execution });
    expect(await process(part, code, 0, {}, attempt(), again)).toEqual({ processed: 3, rejected: 0 });
    expect(repeats).toEqual([false, true]);
  });

  it('hands out nothing twice when a later execution has the same results', async () => {
    const store = new MemoryObjectStore();
    let calls = 0;
    const code = defineHandler({ handle: () => void (calls += 1) });
    await process(await settledPart(keysOf(2), { store }), code);
    const again = { ...RUN, execution: 'second-run-id' };
    const part = await settledPart(keysOf(2), { store, execution: again.execution });
    expect(await process(part, code, 0, {}, attempt(), again)).toEqual({ processed: 2, rejected: 0 });
    expect(calls).toBe(1);
  });

  it('stops between batches when it is cancelled, and keeps what was handled', async () => {
    const part = await settledPart(keysOf(5));
    const during = attempt();
    const seen: string[] = [];
    const code = defineHandler({
      batchSize: 1,
      concurrency: 1,
      handle: ([row], { signal }) => {
        seen.push(row!.key);
        if (row!.key === 'k1') during.cancel();
        expect(signal.aborted).toBe(row!.key === 'k1');
      },
    });
    await expect(process(part, code, 0, {}, during)).rejects.toThrow('cancelled');
    expect(seen).toEqual(['k0', 'k1']);
    const rest = defineHandler({ handle: (rows) => void seen.push(...rows.map(({ key }) => key)) });
    expect(await process(part, rest)).toEqual({ processed: 5, rejected: 0 });
    expect(seen).toEqual(keysOf(5));
  });

  it('comes back with the first checkpoint where the run shows that it waits, and goes on behind it', async () => {
    const part = await settledPart(keysOf(6));
    const handed: string[] = [];
    const save = defineHandler({ batchSize: 2, handle: (rows) => void handed.push(...rows.map(({ key }) => key)) });
    const input = { run: RUN, settledUri: part.settledUri, range: 0, handler };
    const progressed = vi.fn<() => void>();
    const gateways = { store: part.store, handlers: { save } };
    const during = { ...attempt(), progressed };
    const first = await processRange(gateways, { ...input, soon: true }, during, { checkpointMs: 0 });
    expect(first).toEqual({ processed: 2, rejected: 0, more: true });
    expect(progressed).toHaveBeenCalledTimes(1);
    expect(await processRange(gateways, input, attempt())).toEqual({ processed: 6, rejected: 0 });
    expect(handed).toEqual(keysOf(6));
  });

  it('decodes only what the handler looks at, once it knows that the schema takes no time', async () => {
    const validate = vi.fn<(value: unknown) => { value: unknown }>((value) => ({ value }));
    const schema = { '~standard': { version: 1, vendor: 'test', validate } } as const;
    const answers = keysOf(6)
      .map((key) => line(key, '{"n":1}'))
      .join('');
    const part = await settledPart([], { lines: answers, rows: 6 });
    const outputs: unknown[] = [];
    const code = defineHandler({
      schema,
      batchSize: 2,
      concurrency: 1,
      handle: ([row]) => void (row!.key === 'k4' && outputs.push(row!.output)),
    });
    expect(await process(part, code, 0, {}, attempt(), RUN, '1-schema')).toEqual({ processed: 6, rejected: 0 });
    expect(outputs).toEqual([{ n: 1 }]);
    expect(validate).toHaveBeenCalledTimes(2);
  });

  it('stops at an answer that its schema took when it was collected, until the schema is mended or has another version', async () => {
    const part = await settledPart([], {
      lines: ['1', '"one"', '3'].map((text, n) => line(`k${n}`, text)).join(''),
      rows: 3,
    });
    const numbers: number[] = [];
    const define = (version: string) =>
      defineHandler({
        schema: z.number(),
        version,
        batchSize: 1,
        concurrency: 1,
        handle: (rows) => void numbers.push(...rows.map(({ output }) => output)),
      });
    const now = (code: Handler) => process(part, code, 0, {}, attempt(), RUN, '1-schema');
    await expect(now(define('1'))).rejects.toThrow(
      /answer of row "k1" no longer fits the schema of handler save: .*take the change back, or give the handler another version/,
    );
    expect(await now(define('2'))).toEqual({ processed: 2, rejected: 1 });
    expect(numbers).toEqual([1, 3]);
  });

  it('rejects a row that is too long to be held, and goes on behind it', async () => {
    const seen: string[] = [];
    const rejected: string[] = [];
    const code = defineHandler({ handle: (rows) => void seen.push(...rows.map(({ key }) => key)) });
    const { workflowId, signal, log } = attempt();
    const lines = readLines(once(Buffer.from(`${line('k0')}${line('k1', 'x'.repeat(500))}${line('k2')}`)), {
      maxLineBytes: 400,
    });
    await handleRows(lines, {
      name: 'save',
      handler: code,
      caller: new HandlerCaller({ name: 'save', handler: code, context: { workflowId, signal, log } }),
      signal,
      handedBelow: () => Infinity,
      isCheckpointDue: () => false,
      isEnough: () => false,
      uri: 'gs://bucket/part-00001.jsonl',
      rejectsMisfits: false,
      mayRepeat: () => false,
      checkpoint: async (handled) =>
        void rejected.push(...handled.rejected.map(({ key, reason }) => `${key}: ${reason}`)),
    });
    expect(seen).toEqual(['k0', 'k2']);
    const place = line('k0').length;
    expect(rejected).toEqual([
      expect.stringMatching(`^gs://bucket/part-00001.jsonl@${place}: TOO_LONG: .*more than can be held`),
    ]);
  });

  it('gives up only the rows that are rejected', async () => {
    const part = await settledPart(keysOf(4));
    const kept: HandlerRow[] = [];
    const code = defineHandler({
      handle: (rows, { reject }) => {
        reject(rows[1]!, 'not mine');
        reject(rows[1]!, 'said before');
        kept.push(...rows);
        expect(() => reject({ ...rows[0]! }, 'a stranger')).toThrow('one of the rows that this call was given');
      },
    });
    expect(await process(part, code)).toEqual({ processed: 3, rejected: 1 });
  });

  it('refuses a rejection after the call has ended', async () => {
    const part = await settledPart(keysOf(1));
    let late: () => void = () => {};
    await process(part, defineHandler({ handle: (rows, { reject }) => void (late = () => reject(rows[0]!, 'late')) }));
    expect(() => late()).toThrow('after the call of handler save had ended');
  });

  it('narrows a batch that keeps failing down to the rows at fault, when asked to isolate', async () => {
    const part = await settledPart(keysOf(8));
    const bad = new Set(['k2', 'k5']);
    const handled = new Set<string>();
    const code = defineHandler({
      onError: 'isolate',
      handle: (rows) => {
        const culprit = rows.find(({ key }) => bad.has(key));
        if (culprit) throw new Error(`cannot take ${culprit.key}`);
        for (const { key } of rows) handled.add(key);
      },
    });
    expect(await process(part, code)).toEqual({ processed: 6, rejected: 2 });
    expect([...handled].sort()).toEqual(['k0', 'k1', 'k3', 'k4', 'k6', 'k7']);
  });

  it('writes nothing off when every row fails, also when asked to isolate', async () => {
    const part = await settledPart(keysOf(3));
    const code = defineHandler({
      onError: 'isolate',
      handle: () => {
        throw new Error('database is down');
      },
    });
    await expect(process(part, code)).rejects.toThrow('database is down');
  });

  it('names the handlers it has when it is asked for another', async () => {
    const part = await settledPart(keysOf(1));
    const input = { run: RUN, settledUri: part.settledUri, range: 0, handler: { name: 'toString', version: '1' } };
    const handlers = { save: defineHandler({ handle: () => {} }) };
    await expect(processRange({ store: part.store, handlers }, input, attempt())).rejects.toMatchObject({
      type: 'HandlerUnknown',
      message: 'This worker has no handler "toString"; it has save. Deploy a worker that has it.',
    });
  });
});

it('whatever fails wherever, each row is handled, none is said to be new twice, and no checkpoint is lost', async () => {
  const run = fc.record({
    rows: fc.integer({ min: 0, max: 12 }),
    batchSize: fc.integer({ min: 1, max: 4 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    minimumBytes: fc.integer({ min: 200, max: 3_000 }),
    firstWindowBytes: fc.integer({ min: 1, max: 2_000 }),
    checkpointMs: fc.constantFrom(0, 1_000_000),
    failures: fc.array(fc.nat(30), { maxLength: 6 }),
    rejected: fc.array(fc.nat(11), { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(run, async ({ rows, failures, rejected, minimumBytes, batchSize, concurrency, ...options }) => {
      const part = await settledPart(keysOf(rows), { minimumBytes });
      const failing = new Set(failures);
      const handled = new Map<string, number>();
      const handedOut = new Set<string>();
      const untold: string[] = [];
      let calls = 0;
      const code = defineHandler({
        batchSize,
        concurrency,
        handle: async (batch, { mayRepeat, reject }) => {
          for (const { key } of batch) {
            if (!mayRepeat && handedOut.has(key)) untold.push(key);
            handedOut.add(key);
          }
          await Promise.resolve();
          if (failing.has(calls++)) throw new Error('now and then');
          for (const row of batch) {
            handled.set(row.key, (handled.get(row.key) ?? 0) + 1);
            if (rejected.includes(Number(row.key.slice(1)))) reject(row, 'no');
          }
        },
      });
      const sums = { processed: 0, rejected: 0 };
      for (let range = 0; range < part.ranges; range += 1) {
        for (;;) {
          try {
            const done = await process(part, code, range, options);
            sums.processed += done.processed;
            sums.rejected += done.rejected;
            break;
          } catch (error) {
            if (!(error instanceof HandlerError)) throw error;
          }
        }
      }
      const rejectedRows = keysOf(rows).filter((_, row) => rejected.includes(row)).length;
      expect(sums).toEqual({ processed: rows - rejectedRows, rejected: rejectedRows });
      expect(handled.size).toBe(rows);
      expect(untold).toEqual([]);

      const input = {
        run: RUN,
        result: { rows: { answered: 9 } } as BatchResult,
        settledUris: [part.settledUri],
        handler,
        planUri: null,
      };
      expect(await finishRun({ store: part.store }, input, attempt())).toMatchObject({ rejected: rejectedRows });
    }),
    { numRuns: 40 },
  );
}, 30_000);

it('calls that fail and answers that are lost lose no row and tell no lie about repeats', async () => {
  const faults = fc.array(fc.constantFrom<Fault>(undefined, undefined, 'before', 'after'), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(faults, fc.integer({ min: 1, max: 2_000 }), async (planned, firstWindowBytes) => {
      const { store, ...part } = await settledPart(keysOf(9));
      const left = planned.values();
      const failing = { ...part, store: failingStore(store, () => left.next().value) };
      const handedOut = new Set<string>();
      const untold: string[] = [];
      const code = defineHandler({
        batchSize: 2,
        concurrency: 2,
        handle: (rows, { mayRepeat, reject }) => {
          for (const row of rows) {
            if (!mayRepeat && handedOut.has(row.key)) untold.push(row.key);
            handedOut.add(row.key);
            if (row.key === 'k4') reject(row, 'no');
          }
        },
      });
      const options = { checkpointMs: 0, firstWindowBytes };
      expect(await untilItWorks(() => process(failing, code, 0, options))).toEqual({ processed: 8, rejected: 1 });
      expect([...handedOut].sort()).toEqual(keysOf(9));
      expect(untold).toEqual([]);
      const input = { run: RUN, result: {} as BatchResult, settledUris: [part.settledUri], handler, planUri: null };
      expect(await untilItWorks(() => finishRun(failing, input, attempt()))).toMatchObject({ rejected: 1 });
    }),
    { numRuns: 40 },
  );
}, 30_000);

it('two attempts at a time commit each row once', async () => {
  const part = await settledPart(keysOf(8));
  const seen: string[] = [];
  const code = defineHandler({ batchSize: 1, concurrency: 1, handle: ([row]) => void seen.push(row!.key) });
  const options = { checkpointMs: 0 };
  const both = await Promise.all([process(part, code, 0, options), process(part, code, 0, options)]);
  expect(both).toEqual([
    { processed: 8, rejected: 0 },
    { processed: 8, rejected: 0 },
  ]);
  expect(new Set(seen)).toEqual(new Set(keysOf(8)));
});

describe('finishing', () => {
  it('names every file in the manifest, and deletes what nobody needs, as often as it is run', async () => {
    const part = await settledPart(keysOf(3));
    const { store, settledUri } = part;
    const code = defineHandler({ handle: (rows, { reject }) => reject(rows[0]!, 'no') });
    await process(part, code);
    await store.write(`${RUN.directory}staged/part-1.jsonl`, 'x');
    await store.write(`${RUN.directory}work/other/range.json`, 'x');
    await store.write(`${RUN.directory}results/part-00002.jsonl`, 'of an earlier execution');
    await store.write(`${RUN.directory}errors.jsonl`, 'of an earlier execution');
    await store.write(`${RUN.directory}manifest.json`, '{"execution":"earlier"}');
    const result = { outcome: 'partial', rows: { answered: 3 } } as BatchResult;
    const input = { run: RUN, result, settledUris: [settledUri], handler, planUri: null };

    for (const time of [1, 2]) {
      expect(await finishRun({ store }, input, attempt()), `time ${time}`).toEqual({
        manifest: `${RUN.directory}manifest.json`,
        rejectedUri: `${RUN.directory}rejected.jsonl`,
        rejected: 1,
        errorsUri: null,
        deadLettersUri: null,
      });
      const manifest = await readJson<Manifest>(store, `${RUN.directory}manifest.json`);
      expect(manifest).toMatchObject({
        format: 1,
        package: { name: 'temporal-vertex-batch' },
        result: {
          outcome: 'partial',
          rejected: `${RUN.directory}rejected.jsonl`,
          manifest: `${RUN.directory}manifest.json`,
        },
        imbalances: ['part 1: something'],
      });
      expect(manifest.files.map(({ purpose, rows }) => [purpose, rows])).toEqual([
        ['results', 3],
        ['rejected', 1],
      ]);
      const left: string[] = [];
      for await (const { uri } of store.list(RUN.directory)) left.push(uri.slice(RUN.directory.length));
      expect(left.filter((name) => !name.startsWith('processed/'))).toEqual([
        'manifest.json',
        'rejected.jsonl',
        'results/part-00001.jsonl',
        `work/${RUN.execution}-save-1/settled-p1-abc.json`,
      ]);
    }
  });

  it.each([
    ['keeps what this execution had closed with, if a reset finds less', RUN.execution, '1', 3],
    ['replaces what another execution had closed with', 'another', '1', 0],
    ['replaces what an older handler was given', RUN.execution, '0', 0],
  ])('%s', async (_, execution, version, answered) => {
    const { store, settledUri } = await settledPart(keysOf(3), { execution });
    const outcome = (rows: number) => ({ outcome: 'partial', rows: { answered: rows } }) as BatchResult;
    const input = { run: { ...RUN, execution }, handler: { name: 'save', version }, planUri: null };
    await finishRun({ store }, { ...input, result: outcome(3), settledUris: [settledUri] }, attempt());

    const reset = { run: RUN, handler, planUri: null, result: outcome(0), settledUris: [] };
    const finished = await finishRun({ store }, reset, attempt());
    const manifest = await readJson<Manifest>(store, `${RUN.directory}manifest.json`);
    expect(manifest.result.rows.answered).toBe(answered);
    expect(finished.closedBefore).toEqual(answered === 3 ? manifest.result : undefined);
    expect((await store.find(`${RUN.directory}results/part-00001.jsonl`)) !== undefined).toBe(answered === 3);
  });
});

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
