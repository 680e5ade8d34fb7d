import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VertexBatchClient, VertexBatchFailedError, type BatchResult, type VertexBatchRun } from '../src/client';
import { colorsOf } from '../src/cli/colors';
import { listenForInterrupts } from '../src/cli/interrupts';
import { Output } from '../src/cli/output';
import { RunView } from '../src/cli/run-view';
import { runPage } from '../src/cli/temporal-session';
import { fitted, plain } from '../src/cli/text/plain';
import { bytesText } from '../src/cli/text/quantities';
import { resultText } from '../src/cli/text/result-text';
import { readConfig } from '../src/config';
import { ObjectStoreGcs } from '../src/gateways/object-store-gcs';
import { demoRows, IMAGE_URI, type PromptRow } from './demo/prompts';
import { modestModel } from './demo/model';
import { startStack, type Stack } from './demo/stack';
import { summaryHandlers, type KeptSummary, type SummaryHandlers } from './demo/summaries';

const BUCKET = 'demo';
const INPUT_URI = `gs://${BUCKET}/prompts.jsonl`;
const READMES = 400;
const QUEUED_MS = 1_500;
const RUNNING_MS = 8_000;
/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const colors = colorsOf(process.stdout, process.env);
const output = new Output({ stdout: process.stdout, stderr: process.stderr, colors, json: false });

async function demo(): Promise<number> {
  const runningMs = readRunningMs();
  const interrupts = listenForInterrupts();
  const directory = await mkdtemp(join(tmpdir(), 'vertex-batch-demo-'));
  const summariesFile = join(directory, 'summaries.jsonl');
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const taskQueue = `demo-${stamp}`;
  say('starting', 'Temporal server, emulated Vertex AI, worker …');
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      taskQueue,
      handlers: summaryHandlers(summariesFile),
      bucket: BUCKET,
      answer: modestModel,
      scenario: {
        durations: { JOB_STATE_PENDING: QUEUED_MS, JOB_STATE_RUNNING: runningMs },
        // a bad moment of the service: the next round has the answers
        rows: [{ outcome: 'unavailable', share: 0.03, containing: 'Summarise', firstJobs: 1 }],
      },
    });
    say('Temporal', `${stack.temporal.address}${stack.uiUrl === null ? '' : ` · UI ${stack.uiUrl}`}`);
    say('Vertex AI', `${stack.emulatorUrl} (emulated)`);
    const rows = await uploadRows(stack);
    const run = await startRun(stack, { taskQueue, workflowId: `demo/readmes-${stamp}` });
    const page = runPage(stack.temporal, stack.uiUrl ?? readConfig().uiUrl, run.workflowId);
    say('started', `${run.workflowId}${page === null ? '' : ` · ${page}`}`);
    if (runningMs > RUNNING_MS) sayWhatToTry(stack, run.workflowId);
    await follow(run, interrupts.signal);
    if (interrupts.signal.aborted) return 130;
    const isSound = await report(run, rows, summariesFile);
    if (page !== null) say('in the UI', page);
    if (process.stdout.isTTY && page !== null) {
      output.print('\nCtrl-C ends the demo.');
      await interrupts.first;
    }
    return isSound ? 0 : 1;
  } finally {
    output.live.hide();
    await stack?.close();
    await rm(directory, { recursive: true, force: true });
    interrupts.dispose();
  }
}

function readRunningMs(): number {
  const { values } = parseArgs({ options: { minutes: { type: 'string' } } });
  if (values.minutes === undefined) return RUNNING_MS;
  const minutes = Number(values.minutes);
  if (minutes > 0 && minutes <= 1_440) return minutes * 60_000;
  throw new TypeError(`--minutes must be a number above 0 and at most 1440, got ${JSON.stringify(values.minutes)}`);
}

async function uploadRows({ emulatorUrl }: Stack): Promise<PromptRow[]> {
  const rows = demoRows(join(__dirname, '..', 'node_modules'), READMES);
  const store = new ObjectStoreGcs({ apiEndpoint: emulatorUrl });
  await store.write(IMAGE_URI, PIXEL, { ifGenerationMatch: 0, contentType: 'image/png' });
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const { size } = await store.write(INPUT_URI, lines, { ifGenerationMatch: 0, contentType: 'application/x-ndjson' });
  say('uploaded', `${INPUT_URI} · ${rows.length} rows · ${bytesText(size)}`);
  return rows;
}

/** What an application does; it needs no worker of its own. */
async function startRun(
  { client }: Stack,
  { taskQueue, workflowId }: { readonly taskQueue: string; readonly workflowId: string },
): Promise<VertexBatchRun> {
  const batches = new VertexBatchClient<SummaryHandlers>(client, { taskQueue });
  return batches.start({
    workflowId,
    project: 'demo',
    location: 'us-central1',
    model: 'gemini-2.5-flash',
    input: INPUT_URI,
    output: `gs://${BUCKET}/answers/`,
    handler: 'saveSummary',
  });
}

async function follow(run: VertexBatchRun, signal: AbortSignal): Promise<void> {
  const view = new RunView(output);
  for await (const status of run.follow({ intervalMs: 250, signal })) view.show(status);
  output.live.keep();
}

/** Prints what came out, and says whether every row is accounted for. */
async function report(run: VertexBatchRun, rows: readonly PromptRow[], summariesFile: string): Promise<boolean> {
  const result = await resultOf(run);
  const text = await readFile(summariesFile, 'utf8').catch(() => '');
  const summaries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KeptSummary);
  output.print(`\n${resultText(result, output)}\n`);
  for (const summary of summaries.slice(0, 3)) {
    output.print(colors.cyan(fitted(plain(summary.key), output.columns - 1)));
    output.print(`  ${fitted(plain(`${summary.title}: ${summary.summary}`), output.columns - 3)}`);
  }
  output.print('');
  const gaps = gapsIn(result, rows, summaries);
  for (const gap of gaps) output.note(`${colors.red('gap')}  ${gap}`);
  return gaps.length === 0;
}

async function resultOf(run: VertexBatchRun): Promise<BatchResult> {
  try {
    return await run.result();
  } catch (error) {
    if (error instanceof VertexBatchFailedError && error.result !== undefined) return error.result;
    throw error;
  }
}

function gapsIn({ rows: books }: BatchResult, rows: readonly PromptRow[], summaries: readonly KeptSummary[]): string[] {
  const { input, answered, blocked, failed, missing } = books;
  const known = new Set(rows.map(({ key }) => key));
  const handled = new Set(summaries.map(({ key }) => key));
  return [
    ...(input === rows.length ? [] : [`${rows.length} rows went in, the run counted ${input}`]),
    ...(answered + blocked + failed + missing === input ? [] : ["the books don't balance"]),
    ...(missing === 0 ? [] : [`${missing} rows are missing`]),
    ...(handled.size === answered ? [] : [`${answered} rows were answered, the handler saw ${handled.size}`]),
    ...[...handled].filter((key) => !known.has(key)).map((key) => `the handler saw the unknown key ${key}`),
  ];
}

function sayWhatToTry({ temporal, emulatorUrl }: Stack, workflowId: string): void {
  output.print('\nWhile it runs, in another terminal:');
  output.print(`  export TEMPORAL_ADDRESS=${temporal.address} VERTEX_BATCH_EMULATOR=${emulatorUrl}`);
  output.print(`  npx vertex-batch watch ${workflowId}`);
  output.print(`  npx vertex-batch cancel ${workflowId} --reason "I have seen enough"\n`);
}

function say(name: string, text: string): void {
  output.print(`${colors.dim(name.padEnd(11))} ${text}`.trimEnd());
}

demo().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    output.note(`${colors.red('error')}  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  },
);
