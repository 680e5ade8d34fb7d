import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VertexBatchRun } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import type { Manifest } from '../../../src/activities/finish-run';
import { BatchWorld, prompts, WORKFLOWS_PATH } from '../../support/batch-world';
import { program } from '../../support/program';
import { untilAttention } from '../../support/life-stories';
import { replayStarted } from '../../support/replay';
import { uniqueTaskQueue } from '../../support/temporal';
import { waitFor } from '../../support/wait-for';

const ROWS = 20;

interface Handed {
  readonly key: string;
  readonly mayRepeat: boolean;
}

/** What each handler was given. */
const handed = { save: [] as Handed[], audit: [] as Handed[] };
/** Of what the handlers do, tests change this. */
let behaviour: { before?: (key: string, signal: AbortSignal) => Promise<void> | void } = {};
let world: BatchWorld;

function handlerOf(name: keyof typeof handed) {
  return defineHandler({
    batchSize: 1,
    concurrency: 1,
    async handle(rows, { mayRepeat, signal }) {
      for (const { key } of rows) {
        await behaviour.before?.(key, signal);
        handed[name].push({ key, mayRepeat });
      }
    },
  });
}

const short = defineHandler({
  version: '2',
  schema: {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        typeof value === 'object' && value !== null && 'n' in value && Number(value.n) < 18
          ? { value: { n: Number(value.n) } }
          : { issues: [{ message: 'n is too large' }] },
    },
  },
  handle: () => undefined,
});

beforeAll(async () => {
  world = await BatchWorld.create({
    plugin: {
      handlers: { save: handlerOf('save'), audit: handlerOf('audit'), short },
      timeouts: { handlerQueue: 500 },
    },
    emulator: {
      answer: ({ key }) => (String(key).startsWith('bad') ? { status: 400 } : { n: Number(String(key).slice(2)) }),
    },
  });
  await world.put('gs://acme/in/prompts.jsonl', prompts(ROWS));
});

afterAll(async () => {
  await replayStarted(world.temporal.client, WORKFLOWS_PATH);
  await world.close();
});

beforeEach(() => {
  handed.save = [];
  handed.audit = [];
});

afterEach(() => {
  behaviour = {};
});

async function closedRun(handler?: string): Promise<VertexBatchRun> {
  const run = await world.start({ workflowId: uniqueTaskQueue('run'), ...(handler !== undefined && { handler }) });
  expect(await run.result()).toMatchObject({ outcome: 'succeeded' });
  return run;
}

describe('a pass over finished results', () => {
  it('hands every row out again at no cost, and says that each may be a repeat', async () => {
    const run = await closedRun('save');
    expect(handed.save.filter(({ mayRepeat }) => mayRepeat)).toEqual([]);
    const jobs = world.paidJobs().length;
    const pass = await world.client.reprocess(run.workflowId);
    expect(pass).toMatchObject({ workflowId: `${run.workflowId}/reprocess-1`, started: true });
    const result = await pass.result();
    expect(result).toMatchObject({
      outcome: 'succeeded',
      reason: null,
      rows: { input: ROWS, answered: ROWS },
      handler: { processed: ROWS, rejected: 0 },
      jobCount: 0,
      results: { uri: (await run.result()).results.uri, rows: ROWS },
    });
    const again = handed.save.slice(ROWS);
    expect(new Set(again.map(({ key }) => key)).size).toBe(ROWS);
    expect(again.every(({ mayRepeat }) => mayRepeat)).toBe(true);
    expect(world.paidJobs()).toHaveLength(jobs);
    const manifest = JSON.parse(await world.read(result.manifest ?? '')) as Manifest;
    expect(manifest).toMatchObject({ reprocessed: (await run.result()).manifest, result });
    expect((await world.client.reprocess(run.workflowId)).workflowId).toBe(`${run.workflowId}/reprocess-2`);
  });

  it('gives a handler that never had the rows no repeats', async () => {
    const run = await closedRun('save');
    const result = await (await world.client.reprocess(run.workflowId, { handler: 'audit' })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS } });
    expect(handed.audit.map(({ mayRepeat }) => mayRepeat)).toEqual(Array(ROWS).fill(false));
  });

  it('rejects answers that do not fit the schema of its handler, with the reason', async () => {
    const run = await closedRun();
    const result = await (await world.client.reprocess(run.workflowId, { handler: 'short' })).result();
    expect(result).toMatchObject({ outcome: 'succeeded', handler: { processed: 18, rejected: 2 } });
    const rejected = await world.readRows<{ key: string; reason: string }>(result.rejected ?? 'none');
    expect(rejected.map(({ key }) => key).toSorted()).toEqual(['p-18', 'p-19']);
    expect(rejected[0]?.reason).toContain('OUTPUT_MISMATCH: n is too large');
  });

  it('hands out what a cancelled run had, and is followed by another call while it is open', async () => {
    let calls = 0;
    behaviour = { before: (_, signal) => ((calls += 1) > 3 ? untilAborted(signal) : undefined) };
    const run = await world.start({ workflowId: uniqueTaskQueue('run'), handler: 'save' });
    await waitFor(() => calls > 3, { what: 'the handler to hang', timeoutMs: 20_000 });
    await expect(world.client.reprocess(run.workflowId)).rejects.toMatchObject({ type: 'RunOpen' });
    expect(await run.cancel()).toMatchObject({ outcome: 'cancelled', rows: { answered: ROWS } });

    calls = 0;
    const pass = await world.client.reprocess(run.workflowId);
    await waitFor(() => calls > 3, { what: 'the handler to hang again', timeoutMs: 20_000 });
    expect(await world.client.reprocess(run.workflowId)).toMatchObject({ workflowId: pass.workflowId, started: false });
    expect(await pass.cancel({ reason: 'enough' })).toMatchObject({
      outcome: 'cancelled',
      reason: { type: 'CancelRequested', message: expect.stringContaining('enough') as string },
    });
    behaviour = {};
    handed.save = [];
    const resumed = await world.client.reprocess(run.workflowId, { resume: true });
    expect(await resumed.result()).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS } });
    expect(handed.save).toHaveLength(ROWS - 3);
    const anew = await world.client.reprocess(run.workflowId);
    expect(await anew.result()).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS } });
    expect(handed.save).toHaveLength(2 * ROWS - 3);
  });

  it('goes on behind its checkpoint when it was terminated', async () => {
    const run = await closedRun('audit');
    handed.audit = [];
    let isDown = false;
    behaviour = {
      before: (key) => {
        if (isDown || handed.audit.length >= 5) throw ((isDown = true), new Error(`down at ${key}`));
      },
    };
    const pass = await world.client.reprocess(run.workflowId);
    await untilAttention(pass, 'HandlerFailing');
    await world.temporal.client.workflow.getHandle(pass.workflowId).terminate();
    behaviour = {};
    const resumed = await world.client.reprocess(run.workflowId, { resume: true });
    expect(await resumed.result()).toMatchObject({ outcome: 'succeeded', handler: { processed: ROWS } });
    expect(handed.audit.map(({ key }) => key).toSorted()).toEqual(
      prompts(ROWS)
        .map(({ key }) => key)
        .toSorted(),
    );
  });

  it('over no answers is done at once, and red where nobody has its handler', async () => {
    await world.put('gs://acme/bad/prompts.jsonl', [{ ...prompts(1)[0], key: 'bad-1' }]);
    const run = await world.start({
      workflowId: uniqueTaskQueue('run'),
      input: 'gs://acme/bad/*.jsonl',
      handler: 'save',
    });
    await expect(run.result()).rejects.toMatchObject({ type: 'RowsUnanswered' });
    expect(await (await world.client.reprocess(run.workflowId)).result()).toMatchObject({
      outcome: 'succeeded',
      rows: { input: 0 },
      handler: { processed: 0 },
    });
    await expect((await world.client.reprocess(run.workflowId, { handler: 'sav' })).result()).rejects.toMatchObject({
      type: 'HandlerUnknown',
      message: expect.stringContaining('it has save') as string,
    });
  });

  it('refuses what has no results to hand out, naming what does', async () => {
    const run = await closedRun();
    const { manifest } = await run.result();
    const nobodys = await world.client.reprocess(run.workflowId);
    await expect(nobodys.result()).rejects.toMatchObject({
      type: 'InvalidRequest',
      message: expect.stringContaining('had no handler; name one') as string,
    });
    const { workflowId } = nobodys;
    await expect(world.client.reprocess(workflowId)).rejects.toThrow(`name the run, ${run.workflowId}`);
    await expect(world.client.reprocess('unknown')).rejects.toMatchObject({ type: 'RunNotFound' });
    await expect(world.client.reprocess(run.workflowId, { deadline: 'soon' })).rejects.toMatchObject({
      type: 'InvalidRequest',
    });
    const pass = await (await world.client.reprocess(run.workflowId, { handler: 'save' })).result();
    const ofPass = await world.client.reprocess(pass.manifest ?? '', { handler: 'save' });
    await expect(ofPass.result()).rejects.toThrow(`name ${manifest}`);
    const lost = await world.client.reprocess('gs://acme/nowhere/manifest.json', { handler: 'save' });
    await expect(lost.result()).rejects.toMatchObject({ type: 'NotFound' });
  });

  it('is a command, by the id of the run or by its manifest', async () => {
    const run = await closedRun('save');
    const { manifest } = await run.result();
    const command = await program(world, ['reprocess', run.workflowId]);
    expect(command).toMatchObject({ exitCode: 0 });
    expect(command.text).toContain(`${run.workflowId}/reprocess-1`);
    expect(command.text).toMatch(/handled +20 processed/);
    expect(await program(world, ['reprocess', manifest ?? '', '--handler', 'audit'])).toMatchObject({ exitCode: 0 });
    expect(handed.audit).toHaveLength(ROWS);
    expect(await program(world, ['reprocess', 'unknown'])).toMatchObject({ exitCode: 2 });
    const listed: string[] = [];
    for await (const { workflowId } of world.client.list()) listed.push(workflowId);
    expect(listed).toContain(`${run.workflowId}/reprocess-1`);
  });
});

async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the run stops')), { once: true });
  });
}
