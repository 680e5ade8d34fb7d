import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StartRequest, VertexBatchRun } from '../../../src/client';
import type { Scenario } from '../../../src/emulator/scenario';
import { VertexBatchPlugin } from '../../../src/plugin';
import { BatchWorld, prompt, WORKFLOWS_PATH } from '../../support/batch-world';
import { replayStarted } from '../../support/replay';
import { hearLogs, testEnvironment } from '../../support/temporal';
import { textIn } from '../../support/text-in';
import { startTlsFront } from '../../support/tls-front';

const SECRETS = {
  token: 'planted-token-ya29.c0f3d1e5a7b9c2d4e6f8',
  prompt: 'planted prompt: the patient has gone to Basel',
  answer: 'planted answer: he will be back on Thursday',
} as const;

/** Of an invalid row single words may be quoted, up to so many characters. */
const MOST_QUOTED = 16;
const ROWS = 8;

interface Story {
  readonly scenario?: Scenario;
  readonly request?: Partial<StartRequest>;
  readonly rows?: readonly unknown[];
  readonly closes: 'COMPLETED' | 'FAILED';
}

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
} as const satisfies Readonly<Record<string, Story>>;

describe('token, prompts and answers of a run', () => {
  const logs: string[] = [];

  beforeAll(() => {
    // tokens go over TLS only, and this test's certificate is nobody's
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    hearLogs((entry) => logs.push(inspect(entry, { depth: 10 })));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await replayStarted((await testEnvironment()).client, WORKFLOWS_PATH);
  });

  it.each(Object.entries<Story>(STORIES))('%s are in its bucket alone', async (_, story) => {
    const world = await BatchWorld.create({
      emulator: { answer: () => SECRETS.answer, scenario: story.scenario ?? {} },
      workers: 0,
    });
    const front = await startTlsFront(world.url);
    try {
      const tokens = await startTrustingWorker(world, front.url);
      const rows = Array.from({ length: ROWS }, (_row, row) => prompt(`p-${row}`, `${SECRETS.prompt} ${row}`));
      await world.put('gs://acme/in/prompts.jsonl', story.rows ?? rows);
      const run = await world.start(story.request ?? {});
      const { seen, execution } = await watched(world, run);
      expect(execution).toBe(story.closes);
      expect(tokens.asked).toBeGreaterThan(0);
      expect(logs.length).toBeGreaterThan(0);
      const places = { ...seen, logs: logs.splice(0).join('\n') };
      expect(leaksIn(places)).toEqual([]);
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
async function startTrustingWorker(world: BatchWorld, url: string): Promise<{ asked: number }> {
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
  });
  await world.startWorker({ plugins: [plugin] });
  return tokens;
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
