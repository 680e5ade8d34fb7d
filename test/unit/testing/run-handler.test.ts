import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineHandler } from '../../../src/define-handler';
import { runHandler } from '../../../src/testing/run-handler';

it('hands rows out in batches and gives back what was rejected', async () => {
  const batches: string[][] = [];
  const handler = defineHandler({
    batchSize: 2,
    handle: (rows, { reject, workflowId }) => {
      expect(workflowId).toBe('test');
      batches.push(rows.map(({ key }) => key));
      for (const row of rows) if (row.text === '') reject(row, 'nothing said');
    },
  });
  const { rejected } = await runHandler(handler, [{ text: 'a' }, { key: 'own' }, { text: 'c' }]);
  expect(batches).toEqual([['row-1', 'own'], ['row-3']]);
  expect(rejected).toEqual([{ key: 'own', reason: 'nothing said' }]);
});

it('gives output as the schema makes it', async () => {
  const days: Date[] = [];
  const handler = defineHandler({
    schema: z.object({ day: z.coerce.date() }),
    handle: (rows) => void days.push(...rows.map(({ output }) => output.day)),
  });
  await runHandler(handler, [{ output: { day: '2026-11-22' } }, { text: '{"day":"2026-11-23"}' }]);
  expect(days).toEqual([new Date('2026-11-22'), new Date('2026-11-23')]);
});

it('decodes with an asynchronous schema, too', async () => {
  const seen: string[] = [];
  const handler = defineHandler({
    schema: z.string().refine(async (text) => text !== 'never'),
    handle: (rows) => void seen.push(...rows.map(({ output }) => output)),
  });
  await runHandler(handler, [{ output: 'a' }, { output: 'b' }]);
  expect(seen).toEqual(['a', 'b']);
});

it('says which answer does not fit the schema', async () => {
  const handler = defineHandler({
    schema: z.object({ price: z.number() }),
    handle: (rows) => void rows.map(({ output }) => output.price),
  });
  await expect(runHandler(handler, [{ key: 'k', output: { price: 'dear' } }])).rejects.toThrow(
    /answer of row "k" no longer fits.*price/,
  );
});

it('throws what the handler threw, as a cause', async () => {
  const cause = new Error('no database');
  const handler = defineHandler({ handle: () => Promise.reject(cause) });
  await expect(runHandler(handler, [{}])).rejects.toMatchObject({ name: 'HandlerError', cause });
});

it('isolates the row at fault', async () => {
  const handler = defineHandler({
    onError: 'isolate',
    handle: (rows) => {
      if (rows.some(({ text }) => text === 'bad')) throw new Error('cannot');
    },
  });
  const { rejected } = await runHandler(handler, [{ text: 'good' }, { text: 'bad' }, { text: 'good' }]);
  expect(rejected).toEqual([{ key: 'row-2', reason: 'cannot' }]);
});

it('shows a row whole to JSON.stringify', async () => {
  let shown = '';
  await runHandler(defineHandler({ handle: ([row]) => void (shown = JSON.stringify(row)) }), [{ key: 'k', text: 't' }]);
  expect(JSON.parse(shown)).toMatchObject({ key: 'k', text: 't', metadata: {} });
});
