import { planParts } from '../../src/activities/plan-parts';
import { resolveInput } from '../../src/activities/resolve-input';
import { validateRange } from '../../src/activities/validate-range';
import type { Attempt } from '../../src/activities/attempt';
import type { PlanPartsInput } from '../../src/activities/contract';
import type { FileRange, Sources } from '../../src/rows/sources';
import type { RunReference } from '../../src/domain/accepted-request';
import { type AcceptedValidation, DEFAULT_VALIDATION } from '../../src/domain/accepted-validation';
import type { JobLimits } from '../../src/domain/validation-limits';
import { FOREIGN_VALIDATION } from '../../src/domain/foreign-validation';
import { MemoryObjectStore } from '../../src/gateways/object-store-memory';
import type { ObjectStore } from '../../src/gateways/object-store';
import { readJson, readWhole } from '../../src/rows/commits';
import { LIST_PRICES } from '../../src/schemas/price-table';
import { TableStoreMemory } from '../../src/gateways/table-store-memory';

const silent = () => undefined;

/** An attempt that nobody cancels. */
export function anAttempt(attempt: Partial<Attempt> = {}): Attempt {
  const log = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  return { signal: new AbortController().signal, log, now: Date.now, waited: () => 0, heartbeat: silent, ...attempt };
}

export function aRun(run: Partial<RunReference> = {}): RunReference {
  return {
    directory: 'gs://acme/answers/summaries/3fa94c1e/',
    key: '3fa94c1e3fa94c1e3fa94c1e3fa94c1e',
    execution: 'execution-1',
    ...run,
  };
}

export function aRequest(text = 'Hi') {
  return { contents: [{ role: 'user', parts: [{ text }] }] };
}

/** A store that holds these objects; rows are written as JSON lines. */
export async function aStore(
  objects: Readonly<Record<string, string | readonly unknown[]>>,
): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  for (const [uri, content] of Object.entries(objects)) await store.write(uri, contentOf(content));
  return store;
}

function contentOf(content: string | readonly unknown[]): string {
  return typeof content === 'string' ? content : content.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** The same objects, with some of the store's methods replaced. */
export function storeWith(store: ObjectStore, methods: Partial<ObjectStore>): ObjectStore {
  return {
    find: (...call) => store.find(...call),
    list: (...call) => store.list(...call),
    read: (...call) => store.read(...call),
    write: (...call) => store.write(...call),
    compose: (...call) => store.compose(...call),
    copy: (...call) => store.copy(...call),
    delete: (...call) => store.delete(...call),
    ...methods,
  };
}

export interface PlanInput {
  readonly input?: readonly string[];
  readonly keyField?: string | null;
  readonly run?: RunReference;
  /** What differs from the default. */
  readonly validation?: Partial<AcceptedValidation>;
  readonly canary?: number;
  /** A job of somebody else's was sent the rows. */
  readonly foreign?: NonNullable<PlanPartsInput['foreign']>;
  /** What says what it will cost, and what it may. */
  readonly cost?: Pick<PlanPartsInput, 'model' | 'maxCostUsd'>;
  /** How files of these sizes are cut. @default as a run does */
  readonly cut?: (files: Sources['files']) => readonly FileRange[];
  /** @default the service's */
  readonly jobLimits?: JobLimits;
}

/** What a run does with its input before it spends anything. */
export async function planInput(
  store: ObjectStore,
  {
    input = ['gs://acme/in/*.jsonl'],
    keyField = null,
    run = aRun(),
    validation: given = {},
    canary,
    cost = {},
    foreign,
    cut,
    jobLimits,
  }: PlanInput = {},
) {
  const validation = { ...(foreign === undefined ? DEFAULT_VALIDATION : FOREIGN_VALIDATION), ...given };
  const resolved = await resolveInput({ store, tables: new TableStoreMemory() }, { run, input }, anAttempt());
  const { sourcesUri } = resolved;
  const count = cut === undefined ? resolved.ranges : await cutAnew(store, sourcesUri, cut);
  const ranges = [];
  for (let range = 0; range < count; range += 1) {
    ranges.push(await validateRange({ store }, { run, sourcesUri, range, keyField, validation }, anAttempt()));
  }
  const planned = await planParts(
    { store, prices: LIST_PRICES, ...(jobLimits && { jobLimits }) },
    { run, sourcesUri, keyField, validation, ...cost, ...(foreign && { foreign }), ...(canary && { canary }) },
    anAttempt(),
  );
  return { resolved, ranges, planned };
}

async function cutAnew(store: ObjectStore, sourcesUri: string, cut: NonNullable<PlanInput['cut']>): Promise<number> {
  const sources = await readJson<Sources>(store, sourcesUri);
  const ranges = cut(sources.files);
  await store.write(sourcesUri, JSON.stringify({ ...sources, ranges }));
  return ranges.length;
}

/** An object's JSON lines. */
export async function rowsOf<Row = Record<string, unknown>>(store: ObjectStore, uri: string): Promise<Row[]> {
  const text = (await readWhole(store, uri)).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}
