import { readFileSync } from 'node:fs';
import { SimplePlugin } from '@temporalio/plugin';
import type { BundleOptions, WorkerOptions } from '@temporalio/worker';
import { createBatchActivities, type BatchDependencies } from './activities/create-batch-activities';
import type { Handlers } from './define-handler';
import { AccessTokensFixed, AccessTokensGoogle } from './gateways/access-tokens-google';
import type { AccessTokens } from './gateways/access-tokens';
import { ObjectStoreGcs } from './gateways/object-store-gcs';
import { VertexJobsRest } from './gateways/vertex-jobs-rest';
import { VERTEX_BATCH_WORKFLOW, type DurationLike } from './messages';
import { didYouMean } from './domain/nearest-name';
import { durationMs } from './schemas/duration';
import { exportedWorkflows } from './exported-workflows';

export interface VertexBatchPluginOptions {
  /** Handlers by the name that requests use; made with `defineHandler`. @default none */
  readonly handlers?: Handlers;
  /** Where tokens come from. @default Application Default Credentials */
  readonly auth?: AccessTokens;
  /** Other addresses of Google's services, such as an emulator's. Credentials go to Google's hosts and `trustedHosts` only. */
  readonly endpoints?: {
    readonly api?: string;
    readonly storage?: string;
    readonly bigquery?: string;
    readonly trustedHosts?: readonly string[];
  };
  /** Time between looks at a job: doubles from `initial` to `max` with the age of its state. @default 30s, 10m */
  readonly polling?: { readonly initial?: DurationLike; readonly max?: DurationLike };
  /** Ranges that this worker reads at a time. @default 4 each */
  readonly concurrency?: { readonly validate?: number; readonly collect?: number };
  /** Sets search attributes on runs; they must be registered in the namespace. @default false */
  readonly searchAttributes?: boolean;
  /** Time limits that seldom need another value. */
  readonly timeouts?: {
    /** Of the one attempt to create a job; the POST has half of it. @default 2m */
    readonly submit?: DurationLike;
    /** Between signs of life of that attempt. @default 20s */
    readonly heartbeat?: DurationLike;
    /** Between looks for a job whose create was not answered. @default 30s */
    readonly look?: DurationLike;
    /** For how long a worker that lacks the run's handler is given time to be replaced. @default 10m */
    readonly handlerGrace?: DurationLike;
    /** For how long calls may fail before the run shows `attention`. @default 1m */
    readonly attention?: DurationLike;
    /** For how long a handler may throw before the run shows `attention`. @default 5m */
    readonly handlerAttention?: DurationLike;
  };
  /** Multiplies the pauses between retries; tests have minutes last milliseconds. @default 1 */
  readonly timeScale?: number;
}

const NAME = 'temporal-vertex-batch';
const MISSING_EXPORT = "export * from 'temporal-vertex-batch/workflows';";

/**
 * Registers our activities on a Worker and checks that the worker's bundle exports our workflow. It sets no `workflowsPath` and
 * no interceptors, which would replace the user's.
 */
export class VertexBatchPlugin extends SimplePlugin {
  readonly #activities: object;

  /** @throws {TypeError} naming the option at fault, its value and the remedy */
  constructor(options: VertexBatchPluginOptions = {}) {
    const activities = createBatchActivities(dependenciesOf(options));
    super({ name: NAME, activities });
    this.#activities = activities;
  }

  override configureWorker(options: WorkerOptions): WorkerOptions {
    // a plugin set on connection and worker is asked twice; what stands is ours already
    const known = options.activities ?? {};
    const isRegistered = Object.keys(this.#activities).every((name) => name in known);
    const configured = isRegistered ? options : super.configureWorker(options);
    checkPrebuilt(options.workflowBundle);
    return { ...configured, maxHeartbeatThrottleInterval: options.maxHeartbeatThrottleInterval ?? '1s' };
  }

  override configureBundler(options: BundleOptions): BundleOptions {
    const inner = options.webpackConfigHook;
    return {
      ...options,
      webpackConfigHook: (config) => {
        const hooked = inner?.(config) ?? config;
        const isChecked = hooked.plugins?.some((plugin) => plugin instanceof ExportCheck) === true;
        return isChecked ? hooked : { ...hooked, plugins: [...(hooked.plugins ?? []), new ExportCheck()] };
      },
    };
  }
}

/** The little of webpack's compiler that the check needs; webpack's own types are no dependency of ours. */
interface Compiler {
  readonly hooks: {
    readonly emit: { tapPromise(name: string, check: (compilation: Compilation) => Promise<void>): void };
  };
}

interface Compilation {
  readonly assets: Readonly<Record<string, { source(): string | Buffer }>>;
}

/** Looks at what webpack is about to emit, since only the finished bundle tells what it exports. */
class ExportCheck {
  apply(compiler: Compiler): void {
    compiler.hooks.emit.tapPromise(NAME, async (compilation) => {
      for (const asset of Object.values(compilation.assets)) checkExports(asset.source().toString());
    });
  }
}

/** @throws {Error} with the line to write, unless the bundle exports our workflow */
function checkExports(bundleCode: string): void {
  if (exportedWorkflows(bundleCode)?.includes(VERTEX_BATCH_WORKFLOW) !== false) return;
  throw new Error(
    `The worker's workflows don't export ${VERTEX_BATCH_WORKFLOW}. Add this line to the workflows file, the one of workflowsPath or of the bundle:\n\n  ${MISSING_EXPORT}\n`,
  );
}

function checkPrebuilt(bundle: WorkerOptions['workflowBundle']): void {
  if (bundle === undefined) return;
  checkExports('code' in bundle ? bundle.code : readFileSync(bundle.codePath, 'utf8'));
}

const FIELDS: readonly string[] = [
  'handlers',
  'auth',
  'endpoints',
  'polling',
  'concurrency',
  'searchAttributes',
  'timeouts',
  'timeScale',
] satisfies (keyof VertexBatchPluginOptions)[];

function dependenciesOf(options: VertexBatchPluginOptions): BatchDependencies {
  const unknown = Object.keys(options).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined)
    throw new TypeError(`VertexBatchPlugin has no option ${unknown}${didYouMean(unknown, FIELDS)}`);
  if (options.searchAttributes === true) {
    throw new TypeError(
      'searchAttributes are not built yet; leave the option out, the memo vertexBatch shows the same',
    );
  }
  const { endpoints = {}, polling = {}, timeouts = {} } = options;
  const trusted = endpoints.trustedHosts === undefined ? {} : { trustedHosts: endpoints.trustedHosts };
  const tokens = options.auth ?? (endpoints.api === undefined ? new AccessTokensGoogle() : new AccessTokensFixed());
  const initialMs = durationMs('polling.initial', polling.initial ?? '30s');
  const maxMs = durationMs('polling.max', polling.max ?? '10m');
  if (maxMs < initialMs || initialMs < 1) {
    throw new TypeError(
      `polling.max must be at least polling.initial, and that at least 1 ms, got ${maxMs} and ${initialMs} ms`,
    );
  }
  return {
    store: new ObjectStoreGcs({
      tokens,
      ...trusted,
      ...(endpoints.storage === undefined ? {} : { apiEndpoint: endpoints.storage }),
    }),
    jobs: new VertexJobsRest({
      tokens,
      ...trusted,
      ...(endpoints.api === undefined ? {} : { endpoint: endpoints.api }),
    }),
    handlers: options.handlers ?? {},
    polling: { initialMs, maxMs },
    concurrency: {
      validate: atLeastOne('concurrency.validate', options.concurrency?.validate ?? 4),
      collect: atLeastOne('concurrency.collect', options.concurrency?.collect ?? 4),
    },
    guard: {
      attentionAfter: { failures: 3, ms: durationMs('timeouts.attention', timeouts.attention ?? '1m') },
      handlerAttentionMs: durationMs('timeouts.handlerAttention', timeouts.handlerAttention ?? '5m'),
      timeScale: options.timeScale ?? 1,
    },
    timing: {
      submitMs: durationMs('timeouts.submit', timeouts.submit ?? '2m'),
      heartbeatMs: durationMs('timeouts.heartbeat', timeouts.heartbeat ?? '20s'),
      lookIntervalMs: durationMs('timeouts.look', timeouts.look ?? '30s'),
    },
    handlerGraceMs: durationMs('timeouts.handlerGrace', timeouts.handlerGrace ?? '10m'),
  };
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`${name} must be a whole number of at least 1, got ${value}`);
}
