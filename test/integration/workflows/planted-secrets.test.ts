import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StartRequest, VertexBatchRun } from '../../../src/client';
import { defineHandler } from '../../../src/define-handler';
import { freePort } from '../../../src/dev/free-port';
import type { Scenario } from '../../../src/emulator/scenario';
import { VertexBatchPlugin } from '../../../src/plugin';
import { BatchWorld, prompt, WORKFLOWS_PATH } from '../../support/batch-world';
import { putPromptTable } from '../../support/emulated-tables';
import { createElsewhere, startAdopting } from '../../support/jobs-created-elsewhere';
import { untilAttention, untilState } from '../../support/life-stories';
import { startMetadataServer, type MetadataServer } from '../../support/metadata-server';
import { environmentOf, runHere } from '../../support/program';
import { replayStarted } from '../../support/replay';
import { hearLogs, installTestRuntime, testEnvironment } from '../../support/temporal';
import { textIn } from '../../support/text-in';
import { startTlsFront } from '../../support/tls-front';

const SECRETS = {
  token: 'planted-token-ya29.c0f3d1e5a7b9c2d4e6f8',
  prompt: 'planted prompt: the patient has gone to Basel',
  answer: 'planted answer: he will be back on Thursday',
} as const;

/** Of an invalid row single words may be quoted, up to so many characters. */
const MOST_QUOTED = 16;
const ROWS = Array.from({ length: 8 }, (_row, row) => prompt(`p-${row}`, `${SECRETS.prompt} ${row}`));

interface Story {
  readonly scenario?: Scenario;
  readonly request?: Partial<StartRequest>;
  readonly rows?: readonly unknown[];
  /** How the run is started, where that isn't by `request`. */
  readonly start?: (world: BatchWorld) => Promise<VertexBatchRun>;
  /** What people do while it lives; gives what commands said. */
  readonly act?: (run: VertexBatchRun, commands: Commands) => Promise<string>;
  /** What of all this may be seen, since the caller's own code says it. */
  readonly told?: readonly string[];
  readonly closes: 'COMPLETED' | 'FAILED';
}

/** Runs a command; gives all that it says. */
type Commands = (...words: readonly string[]) => Promise<string>;

/** What a proxy says that shows the request it got. */
const QUOTES_THE_REQUEST = `POST /v1/projects HTTP/1.1\nAuthorization: Bearer ${SECRETS.token}\n\n${SECRETS.prompt}`;

const STORIES = {
  'that succeeds': { closes: 'COMPLETED' },
  'with failing rows': {
    scenario: {
      rows: [
        { outcome: 'bad-request', share: 0.4 },
        { outcome: 'resource-exhausted', share: 0.4 },
      ],
    },
    closes: 'COMPLETED',
  },
  'whose create is answered by something that quotes the request': {
    scenario: { faults: [{ call: 'create', fault: { kind: 'status', status: 400, body: QUOTES_THE_REQUEST } }] },
    request: { deadlines: { run: 4_000 } },
    closes: 'FAILED',
  },
  'whose input is invalid': {
    rows: [{ key: 'bad', request: { contents: [{ role: SECRETS.prompt }] } }],
    closes: 'FAILED',
  },
  'over a table': {
    start: async (world) => {
      const input = await putPromptTable(world.emulator, ROWS);
      return await world.start({ input, resultsTable: 'bq://acme.d.results' });
    },
    closes: 'COMPLETED',
  },
  'that is cancelled': {
    scenario: { durations: { JOB_STATE_RUNNING: 60_000 } },
    act: async (run, commands) => {
      await untilState(run, 'JOB_STATE_RUNNING');
      return await commands('cancel', run.workflowId, '--reason', 'enough');
    },
    closes: 'COMPLETED',
  },
  'that adopts a job': {
    start: async (world) => await startAdopting(world, await createElsewhere(world)),
    closes: 'COMPLETED',
  },
  'whose handler throws what it was given': {
    request: { handler: 'quotes' },
    act: async (run, commands) => {
      await untilAttention(run, 'HandlerFailing');
      return await commands('status', run.workflowId);
    },
    told: ['answer'],
    closes: 'COMPLETED',
  },
} as const satisfies Readonly<Record<string, Story>>;

describe('token, prompts and answers of a run', () => {
  const logs: string[] = [];
  let metadata: MetadataServer;
  let metricsAddress: string;

  beforeAll(async () => {
    // tokens go over TLS only, and this test's certificate is nobody's
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    metricsAddress = `127.0.0.1:${await freePort()}`;
    installTestRuntime(metricsAddress);
    metadata = await startMetadataServer(SECRETS.token);
    for (const [name, value] of Object.entries(metadata.environment)) vi.stubEnv(name, value);
    hearLogs((entry) => logs.push(inspect(entry, { depth: 10 })));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await metadata.close();
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.each(Object.entries<Story>(STORIES))('%s are in its bucket alone', async (_, story) => {
    const { scenario = {}, request, rows = ROWS, start, act, told = [], closes } = story;
    const world = await BatchWorld.create({ emulator: { answer: () => SECRETS.answer, scenario }, workers: 0 });
    const front = await startTlsFront(world.url);
    const commands = commandLine(world, front.url);
    const calm = new AbortController();
    try {
      const tokens = await startTrustingWorker(world, front.url, calm.signal);
      await world.put('gs://acme/in/prompts.jsonl', rows);
      const run = await (start?.(world) ?? world.start(request));
      const acted = async () => {
        const said = await act?.(run, commands);
        calm.abort();
        return said ?? '';
      };
      const [{ seen, execution }, watching, said] = await Promise.all([
        watched(world, run),
        Promise.all([commands('watch', run.workflowId), commands('watch', run.workflowId, '--json')]),
        acted(),
      ]);
      expect(execution).toBe(closes);
      const shown = [...watching, said, ...(await lookedAt(commands, run))];
      expect([tokens.asked, metadata.given(), logs.length]).not.toContain(0);
      const metrics = await (await fetch(`http://${metricsAddress}/metrics`)).text();
      expect(metrics).toContain('vertex_batch_runs_closed');
      const places = { ...seen, logs: logs.splice(0).join('\n'), metrics, 'what commands say': shown.join('\n') };
      const leaks = leaksIn(places);
      expect(leaks.filter((leak) => !told.some((name) => leak.startsWith(name)))).toEqual([]);
      const tells = told.flatMap((name) => [
        `${name} in memo, heartbeats and failures`,
        `${name} in what commands say`,
      ]);
      expect(leaks).toEqual(expect.arrayContaining(tells));
    } finally {
      await world.close();
      await front.close();
    }
  });

  it('would be found', () => {
    expect(leaksIn({ memo: `…${SECRETS.token}…`, history: SECRETS.prompt.slice(0, MOST_QUOTED + 1) })).toEqual([
      'token in memo',
      'prompt in history',
    ]);
    expect(leaksIn({ history: SECRETS.prompt.slice(0, MOST_QUOTED) })).toEqual([]);
  });
});

function leaksIn(places: Readonly<Record<string, string>>): string[] {
  return Object.entries(places).flatMap(([place, text]) =>
    Object.entries(SECRETS).flatMap(([name, secret]) =>
      text.includes(secret.slice(0, MOST_QUOTED + 1)) ? [`${name} in ${place}`] : [],
    ),
  );
}

/** A worker that takes the emulator, behind TLS, for a host that may see tokens. */
async function startTrustingWorker(world: BatchWorld, url: string, calm: AbortSignal): Promise<{ asked: number }> {
  const tokens = { asked: 0 };
  const plugin = new VertexBatchPlugin({
    ...world.pluginOptions,
    endpoints: { api: url, storage: url, bigquery: url, trustedHosts: ['127.0.0.1'] },
    auth: {
      getAccessToken: async () => {
        tokens.asked += 1;
        return SECRETS.token;
      },
    },
    handlers: { quotes: quotingUntil(calm) },
  });
  await world.startWorker({ plugins: [plugin] });
  return tokens;
}

/** Throws what it was given until it may work. */
function quotingUntil(calm: AbortSignal) {
  return defineHandler({
    handle(rows) {
      if (!calm.aborted) throw new Error(`can't store ${rows[0]?.text}`);
    },
  });
}

/** Commands as on a machine of Google's. */
function commandLine(world: BatchWorld, url: string): Commands {
  const environment = {
    ...environmentOf(world),
    VERTEX_BATCH_EMULATOR: url,
    VERTEX_BATCH_TRUSTED_HOSTS: '127.0.0.1',
    GOOGLE_CLOUD_PROJECT: 'acme-project',
    GOOGLE_CLOUD_LOCATION: 'us-central1',
  };
  return async (...words) => (await runHere(words, { environment })).text;
}

/** What commands say of a run that has closed, some of them with a token. */
async function lookedAt(commands: Commands, { workflowId }: VertexBatchRun): Promise<string[]> {
  const said: string[] = [];
  for (const words of [
    ['status', workflowId],
    ['result', workflowId],
    ['list'],
    ['orphans'],
    ['doctor', '--output', 'gs://acme/out/'],
  ]) {
    for (const form of [[], ['--json']]) {
      const text = await commands(...words, ...form);
      expect(text, words.join(' ')).not.toBe('');
      said.push(text);
    }
  }
  return said;
}

/** All that Temporal and the client have of a run: while it lives, and when it has closed. */
async function watched(world: BatchWorld, run: VertexBatchRun) {
  const handle = world.temporal.client.workflow.getHandle(run.workflowId);
  const descriptions: string[] = [];
  const progress: string[] = [];
  for await (const status of run.follow({ intervalMs: 50 })) {
    progress.push(inspect(status, { depth: 10 }));
    const { memo, raw } = await handle.describe();
    descriptions.push(inspect(memo, { depth: 10 }), textIn(raw));
  }
  const result = await run.result().catch((error: unknown) => error);
  const { execution } = await run.status();
  const seen = {
    history: textIn(await handle.fetchHistory()),
    'memo, heartbeats and failures': descriptions.join('\n'),
    progress: progress.join('\n'),
    'result or error': inspect(result, { depth: 10 }),
  };
  return { seen, execution };
}
