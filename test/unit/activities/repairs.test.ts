import { describe, expect, test } from 'vitest';
import { stagePart } from '../../../src/activities/stage-part';
import type { ObjectStore } from '../../../src/gateways/object-store';
import { readWhole } from '../../../src/rows/commits';
import { metadataOf } from '../../../src/rows/metadata';
import { loadPartIndex } from '../../../src/rows/part-index-stored';
import { planUri, readPlan } from '../../../src/rows/plan';
import { requestHash } from '../../../src/rows/request-hash';
import { loadRequestHashes } from '../../../src/rows/request-hashes';
import { anAttempt, aRun, aStore, planInput, rowsOf } from '../../support/input-side';

const A = 'gs://acme/in/a.jsonl';
const run = aRun();
const CAMEL =
  '{"contents":[{"parts":[{"text":"snake_case stays, 1.0 too"}],"role":"user"}],"generationConfig":{"temperature":1.0}}';
const SNAKE = CAMEL.replace('generationConfig', 'generation_config');
const NOTE = 'x'.repeat(2_000);
const MESSY = `\uFEFF{"id":"a","request":${CAMEL},"note":"${NOTE}"}\n\n{"id":"b","request":${SNAKE}}\n`;
const REPAIRS = ['blank-lines', 'byte-order-mark', 'spelling'] as const;

async function planned(text: string) {
  const store = await aStore({ [A]: text });
  const { planned: answer } = await planInput(store, { validation: { repair: REPAIRS } });
  return { store, answer };
}

async function stagedText(store: ObjectStore): Promise<string> {
  const staged = await stagePart(
    { store },
    { run, planUri: planUri(run), part: 1, round: 1, rowsUri: null },
    anAttempt(),
  );
  return (await readWhole(store, staged.uris[0]!)).toString('utf8');
}

describe('an input that is mended', () => {
  test('is staged, and the plan, the answer and the report say what was mended and how often', async () => {
    const { store, answer } = await planned(MESSY);
    const repaired = { 'blank-lines': 1, 'byte-order-mark': 1, spelling: 1 };
    expect(answer).toMatchObject({ rows: 2, errors: 0, repaired, plan: { parts: [{ rows: 2, asItLies: false }] } });
    expect((await readPlan(store, planUri(run))).keys).toMatchObject({
      mode: 'staged',
      stagedBecause: 'it is mended: blank-lines, byte-order-mark, spelling',
    });
    expect((await rowsOf(store, answer.validationUri!)).at(-1)).toMatchObject({ summary: { valid: true, repaired } });
  });

  test('is sent with all else byte by byte as it stood', async () => {
    const { store } = await planned(MESSY);
    expect(await stagedText(store)).toBe(`{"key":"r0-1","request":${CAMEL}}\n{"key":"r0-3","request":${CAMEL}}\n`);
  });

  test('is read as mended wherever a row is read again', async () => {
    const { store } = await planned(MESSY);
    const plan = await readPlan(store, planUri(run));
    const index = await loadPartIndex(store, plan, 1);
    expect(await metadataOf(store, index, 'id', 0, anAttempt())).toEqual({ note: NOTE });
    const hashes = await loadRequestHashes(store, plan, 1, index, anAttempt());
    expect(hashes.rowsOf(requestHash(JSON.parse(CAMEL)))).toEqual([0, 1]);
  });

  test('is used as it lies where nothing needs mending', async () => {
    const { answer } = await planned(`{"id":"a","request":${CAMEL}}\n`);
    expect(answer).toMatchObject({ repaired: {}, validationUri: null, plan: { parts: [{ asItLies: true }] } });
  });

  test('has no rows when all its lines are blank', async () => {
    const { answer } = await planned('\n \n');
    expect(answer).toMatchObject({
      plan: null,
      refusal: {
        type: 'InvalidInput',
        message: 'The input has no rows: all its lines are blank. Set allowEmptyInput where that is no error.',
      },
    });
  });
});
