import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BatchWorld, prompt } from '../../support/batch-world';
import { codeBlocks, commandsIn, ROOT } from '../../support/markdown';
import { untilState } from '../../support/life-stories';
import { environmentOf, runHere } from '../../support/program';
import { replayQueue } from '../../support/replay';
import { waitFor } from '../../support/wait-for';

const run = promisify(execFile);

// Processes that compile TypeScript and bundle workflows: seconds on an idle machine, a multiple on a busy one.
vi.setConfig({ testTimeout: 180_000 });

/** What differs from a reader's project: ids that no other test has, and a service that is emulated and quick. */
function adapted(text: string, world: BatchWorld): string {
  return text
    .replaceAll("Id: 'summaries'", `Id: '${world.taskQueue}'`)
    .replaceAll('summaries/2026', `${world.taskQueue}/2026`)
    .replaceAll('`summaries/${day}`', `\`${world.taskQueue}/\${day}\``)
    .replaceAll("'vertex-batch'", `'${world.taskQueue}'`)
    .replaceAll('`test-${process.pid}`', `'${offlineQueue(world)}'`)
    .replaceAll('new Client({ connection }))', `new Client({ connection }), { taskQueue: '${world.taskQueue}' })`)
    .replaceAll(
      'new VertexBatchPlugin({ handlers })',
      `new VertexBatchPlugin({ handlers, ...${JSON.stringify(world.pluginOptions)} })`,
    );
}

/** Where the README's own tests have their run. */
function offlineQueue({ taskQueue }: BatchWorld): string {
  return `${taskQueue}-offline`;
}

/** A reader's project: the README's files, the built package and its peers in node_modules. */
function writeProject(world: BatchWorld): string {
  const project = mkdtempSync(join(tmpdir(), 'readme-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(ROOT, join(project, 'node_modules/temporal-vertex-batch'));
  for (const name of ['@temporalio', 'zod'])
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  cpSync(join(ROOT, 'examples'), project, { recursive: true });
  for (const name of readdirSync(project).filter((file) => file.endsWith('.ts'))) {
    const path = join(project, name);
    writeFileSync(path, adapted(readFileSync(path, 'utf8'), world));
  }
  for (const { code } of codeBlocks('README.md').filter(({ language }) => language === 'jsonl'))
    writeFileSync(join(project, 'prompts.jsonl'), code);
  return project;
}

/** Command lines of the README that are no one-off of this test, and what runs them. */
const RUN_ELSEWHERE: Readonly<Record<string, string>> = {
  'npm ci': 'the first step of .ci/run',
  'npm run demo': 'the test of the demo',
  'npm test': 'the last step of .ci/run, and this very run',
  'npm install': 'the consumer projects, which install the packed package',
  'gcloud storage': "needs Google's own command line and a project",
  'bq query': 'the same',
};

describe('the README', () => {
  let world: BatchWorld;
  let project: string;
  let worker: ChildProcess;
  let output = '';
  const node = ['--import', require.resolve('tsx')];

  beforeAll(async () => {
    if (!existsSync(join(ROOT, 'dist/index.js'))) throw new Error('dist is missing: npm run build');
    world = await BatchWorld.create({
      workers: 0,
      emulator: {
        answer: ({ key }) => ({ title: `On ${String(key)}`, sentences: key === 'p-2' ? [] : ['It ends well.'] }),
      },
    });
    project = writeProject(world);
    worker = spawn(process.execPath, [...node, 'worker.ts'], { cwd: project, env: environmentOf(world) });
    for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (piece) => (output += String(piece)));
  });

  afterAll(async () => {
    if (worker.exitCode === null) {
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    rmSync(project, { recursive: true });
    await world.close();
  });

  async function example(...words: string[]): Promise<string> {
    const { stdout, stderr } = await run(process.execPath, [...node, ...words], {
      cwd: project,
      env: environmentOf(world),
    });
    return stdout + stderr;
  }

  /** The result of a run that somebody else starts about now. */
  async function waitForRun(workflowId: string) {
    const handle = world.client.run(workflowId);
    const isKnown = () =>
      handle.status().then(
        () => true,
        () => false,
      );
    await waitFor(isKnown, { what: workflowId, timeoutMs: 30_000 });
    return await handle.result();
  }

  const commandLine = (words: readonly string[]) => runHere(words, { environment: environmentOf(world), columns: 120 });

  it('starts a run whose answers the handler gets', async () => {
    await world.put(
      'gs://acme/prompts/2026-11-22/a.jsonl',
      ['p-1', 'p-2', 'p-3'].map((key) => prompt(key)),
    );
    const told = await example('start.ts');
    expect(told, output).toMatch(/succeeded \{ input: 3, answered: 3, blocked: 0, failed: 0, missing: 0 \}/);
    expect(readdirSync(join(project, 'summaries')).toSorted()).toEqual(['p-1.json', 'p-3.json']);
  });

  it('runs a batch from a workflow of one’s own', async () => {
    await world.put('gs://acme/prompts/2026-11-24/a.jsonl', [prompt('p-4')]);
    const nightly = await world.temporal.client.workflow.execute('nightlySummaries', {
      workflowId: `nightly-${world.taskQueue}`,
      taskQueue: world.taskQueue,
      args: ['2026-11-24'],
    });
    expect(nightly).toBe('succeeded: 1 of 1 rows answered');
  });

  it('starts a run by a Schedule', async () => {
    await example('nightly.ts');
    const schedule = world.temporal.client.schedule.getHandle(world.taskQueue);
    try {
      const night = new Date('2026-10-26T00:30:00Z');
      await schedule.backfill({ start: night, end: night, overlap: 'SKIP' });
      const result = await waitForRun(`${world.taskQueue}-2026-10-26T00:30:00Z`);
      expect(result).toMatchObject({ outcome: 'succeeded', rows: { input: 0 } });
    } finally {
      await schedule.delete();
    }
  });

  it('tests handlers and runs offline', async () => {
    expect(await example('--test', 'handlers.test.ts')).toMatch(/pass 2\n/);
  });

  it('checks input without any server', async () => {
    expect(await example('--test', 'prompts.test.ts')).toMatch(/pass 3\n/);
  });

  it('collects what a job wrote, and reads that', async () => {
    const input = 'gs://acme/prompts/2026-11-22/a.jsonl';
    const collect = ['collect', 'gs://acme/answers/', '--input', input, '--to', join(project, 'answers')];
    expect(await commandLine(collect)).toMatchObject({ exitCode: 0 });
    const told = await example('read.ts');
    expect(told.trim().split('\n').toSorted()).toEqual(['p-1 On p-1', 'p-2 On p-2', 'p-3 On p-3']);
  });

  it('cancels a run and its job', async () => {
    world.emulator.setScenario({ durations: { JOB_STATE_RUNNING: 60_000 } });
    const id = `${world.taskQueue}/2026-11-22`;
    const request = { workflowId: id, rerun: 1, input: 'gs://acme/prompts/2026-11-22/*.jsonl', handler: 'saveSummary' };
    await untilState(await world.start(request), 'JOB_STATE_RUNNING');
    expect(await example('cancel.ts')).toMatch(/^cancelled /);
    expect(world.paidJobs().at(-1)?.state).toBe('JOB_STATE_CANCELLED');
    world.emulator.setScenario({});
  });

  it('has commands that do what it says, in their order', async () => {
    const lines = codeBlocks('README.md')
      .filter(({ language }) => language === 'sh')
      .flatMap((block) => commandsIn({ ...block, code: block.code.replaceAll(' && ', '\n') }));
    const elsewhere = Object.keys(RUN_ELSEWHERE);
    const ours = lines.filter((words) => !elsewhere.some((known) => words.join(' ').startsWith(known)));
    const exitCodes: Record<string, number | undefined> = {};
    const home = process.cwd();
    process.chdir(project);
    try {
      for (const [program, ...words] of ours) {
        expect(program).toBe('vertex-batch');
        const { exitCode } = await commandLine(words.map((word) => adapted(word, world)));
        exitCodes[words[0] ?? ''] = exitCode;
      }
    } finally {
      process.chdir(home);
    }
    expect(exitCodes).toEqual({ reprocess: 0, validate: 0, run: 0, status: 0, result: 0, list: 0, cancel: 0 });
  });

  it('has runs whose histories replay with its workflows', async () => {
    const { client } = world.temporal;
    const workflows = join(project, 'workflows.ts');
    // two of its programs', a workflow of one's own and its child, the Schedule's, and `run` and `reprocess`
    expect(await replayQueue(client, world.taskQueue, workflows)).toBe(7);
    expect(await replayQueue(client, offlineQueue(world), workflows)).toBe(1);
  });
});
