import { expect } from 'vitest';
import { collectRange } from '../../src/activities/collect-range';
import type { SettledPart } from '../../src/activities/contract';
import { findOutputs } from '../../src/activities/find-outputs';
import { settlePart } from '../../src/activities/settle-part';
import type { Handlers } from '../../src/define-handler';
import { isGatewayError } from '../../src/gateways/gateway-error';
import type { ObjectStore } from '../../src/gateways/object-store';
import { TableStoreMemory } from '../../src/gateways/table-store-memory';
import type { VertexJob } from '../../src/gateways/vertex-jobs';
import { LIST_PRICES } from '../../src/schemas/price-table';
import { testAttempt } from './attempt';
import { anEndedJob } from './job-output';
import { RUN } from './planned-part';

interface OutputRound {
  readonly files: Readonly<Record<string, string>>;
  readonly job?: Partial<VertexJob>;
}

export interface Settling {
  readonly rounds: readonly OutputRound[];
  readonly minimumBytes?: number;
  readonly targetBytes?: number;
  readonly final?: boolean;
  readonly model?: string;
  readonly handlers?: Handlers;
  /** What the activities see of the store. @default the store itself */
  readonly through?: ObjectStore;
  /** How each activity is run. @default once */
  readonly run?: <Value>(call: () => Promise<Value>) => Promise<Value>;
}

/** Runs the output side as the workflow does, every activity as often as asked. */
export async function settle(store: ObjectStore, planUri: string, settling: Settling): Promise<SettledPart> {
  const {
    rounds,
    minimumBytes = 64_000_000,
    targetBytes = 256_000_000,
    final = true,
    model = 'publishers/google/models/gemini-2.5-flash',
    handlers = {},
    run = once,
    through = store,
  } = settling;
  const handler = Object.keys(handlers).map((name) => ({ name, version: '1' }))[0] ?? null;
  const settled: { round: number; outputsUri: string; job: VertexJob }[] = [];
  for (const [position, { files, job: more = {} }] of rounds.entries()) {
    const round = position + 1;
    const directory = `${RUN.directory}jobs/${RUN.key}-p1-r${round}-a1/prediction-model-2026`;
    const job = anEndedJob({
      name: `projects/1/locations/l/batchPredictionJobs/${round}`,
      outputDirectory: directory,
      ...more,
    });
    for (const [name, content] of Object.entries(files)) await store.write(`${directory}/${name}`, content);
    const claim = { part: 1, round, attempt: 1 };
    const outputs = await run(() =>
      findOutputs(
        { store: through, tables: new TableStoreMemory() },
        { run: RUN, planUri, claim, job, handler },
        testAttempt(),
        {
          minimumBytes,
          maximumRanges: 10_000,
        },
      ),
    );
    for (let range = 0; range < outputs.ranges; range += 1) {
      const input = { run: RUN, planUri, outputsUri: outputs.outputsUri, part: 1, round, range, handler };
      await run(() => collectRange({ store: through, handlers }, input, testAttempt()));
    }
    settled.push({ round, outputsUri: outputs.outputsUri, job });
  }
  return run(() =>
    settlePart(
      { store: through, prices: LIST_PRICES },
      { run: RUN, planUri, part: 1, rounds: settled, handler, model, final },
      testAttempt(),
      { targetBytes },
    ),
  );
}

export function once<Value>(call: () => Promise<Value>): Promise<Value> {
  return call();
}

/** A second run must answer what the first did. */
export async function twice<Value>(call: () => Promise<Value>): Promise<Value> {
  const first = await call();
  expect(await call()).toEqual(first);
  return first;
}

/** Two attempts at a time, as when one timed out and still runs. */
export async function together<Value>(call: () => Promise<Value>): Promise<Value> {
  const [first, second] = await Promise.all([call(), call()]);
  expect(second).toEqual(first);
  return first;
}

/** Again and again while the store fails. */
export async function untilItWorks<Value>(call: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isGatewayError(error, 'unavailable')) throw error;
    }
  }
}

/** Lines of a file that lasts; none without a file. */
export async function readLasting(store: ObjectStore, uri: string | null): Promise<Record<string, unknown>[]> {
  if (uri === null) return [];
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(uri)) chunks.push(chunk);
  const texts = Buffer.concat(chunks).toString().split('\n');
  expect(texts.pop()).toBe('');
  return texts.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** All result rows, file by file. */
export async function readResults(store: ObjectStore): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { uri } of store.list(`${RUN.directory}results/`)) rows.push(...(await readLasting(store, uri)));
  return rows;
}

/** Rows as a file has them. */
export function linesOf(...rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join('');
}
