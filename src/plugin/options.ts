import type { BatchDependencies } from '../activities/create-batch-activities';
import { countRequest } from '../activities/count-request';
import type { Handlers } from '../define-handler';
import { messageOf } from '../domain/handler-error';
import { didYouMean } from '../domain/nearest-name';
import { JOB_LIMITS, type JobLimits } from '../domain/validation-limits';
import type { AccessTokens } from '../gateways/access-tokens';
import { AccessTokensGoogle } from '../gateways/access-tokens-google';
import { areEmulators, parseEndpoint } from '../gateways/endpoint';
import { AccessRest } from '../gateways/access-rest';
import { LoadJobsRest } from '../gateways/load-jobs-rest';
import { ObjectStoreGcs } from '../gateways/object-store-gcs';
import { TableStoreRest } from '../gateways/table-store-rest';
import { VertexJobsRest } from '../gateways/vertex-jobs-rest';
import type { DurationLike } from '../messages';
import { durationMs } from '../schemas/duration';
import { priceTableOf } from '../schemas/price-table';

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
  /**
   * Prices to compute costs with, as JSON in the form that docs/operating.md shows. @default Google's list prices, as far as a
   * source is known
   */
  readonly prices?: object;
  /** What one job takes: a larger input is shared among several. At most what the service takes. @default 200,000 rows, 1 GB (950 MB where the run makes a copy) */
  readonly jobLimits?: { readonly rows?: number; readonly bytes?: number };
  /**
   * Whether a run looks at rights before it spends anything, and waits with `attention` where one is known to be missing: those of
   * the worker on jobs, and that of Vertex AI's service agent to write the output. @default true
   */
  readonly preflight?: boolean;
  /** Sets search attributes on runs: those that the namespace knows, see docs/operating.md. @default false */
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
    /** For how long a handler's own task queue may take nothing before the run shows `attention`, or goes on without it after a cancel. @default 10m */
    readonly handlerQueue?: DurationLike;
    /** For how long calls may fail before the run shows `attention`. @default 1m */
    readonly attention?: DurationLike;
    /** For how long a handler may throw before the run shows `attention`. @default 5m */
    readonly handlerAttention?: DurationLike;
  };
  /** Multiplies the pauses between retries; tests have minutes last milliseconds. @default 1 */
  readonly timeScale?: number;
}

type Names<Group extends 'endpoints' | 'polling' | 'concurrency' | 'jobLimits' | 'timeouts'> =
  readonly (keyof NonNullable<VertexBatchPluginOptions[Group]>)[];

/** The names within each option that is a group of them. */
const OPTIONS = {
  handlers: null,
  auth: null,
  endpoints: ['api', 'storage', 'bigquery', 'trustedHosts'] satisfies Names<'endpoints'>,
  polling: ['initial', 'max'] satisfies Names<'polling'>,
  concurrency: ['validate', 'collect'] satisfies Names<'concurrency'>,
  prices: null,
  jobLimits: ['rows', 'bytes'] satisfies Names<'jobLimits'>,
  preflight: null,
  searchAttributes: null,
  timeouts: [
    'submit',
    'heartbeat',
    'look',
    'handlerGrace',
    'handlerQueue',
    'attention',
    'handlerAttention',
  ] satisfies Names<'timeouts'>,
  timeScale: null,
} as const satisfies Record<keyof VertexBatchPluginOptions, readonly string[] | null>;

function refuseUnknown(options: VertexBatchPluginOptions): void {
  refuseOthers('', options, Object.keys(OPTIONS));
  for (const [group, names] of Object.entries(OPTIONS)) {
    const given: unknown = options[group as keyof VertexBatchPluginOptions];
    if (names === null || given === undefined) continue;
    if (typeof given !== 'object' || given === null) {
      throw new TypeError(`${group} must be an object of ${names.join(', ')}, got ${JSON.stringify(given)}`);
    }
    refuseOthers(`${group}.`, given, names);
  }
}

function refuseOthers(prefix: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(`VertexBatchPlugin has no option ${prefix}${unknown}${didYouMean(unknown, known)}`);
}

function checkedHandlers(handlers: Handlers): Handlers {
  for (const [name, handler] of Object.entries(handlers)) {
    const isMade = typeof handler === 'object' && handler !== null && Number.isInteger(handler.batchSize);
    if (!isMade) {
      throw new TypeError(
        `handlers.${name} must be made with defineHandler, got ${handler === null ? 'null' : typeof handler}`,
      );
    }
  }
  return handlers;
}

function checkedTokens(auth: AccessTokens): AccessTokens {
  if (typeof auth?.getAccessToken === 'function') return auth;
  throw new TypeError(`auth must be an object with a function getAccessToken, got ${JSON.stringify(auth)}`);
}

function checkedScale(scale: number): number {
  if (Number.isFinite(scale) && scale >= 0) return scale;
  throw new TypeError(`timeScale must be a number of at least 0, got ${scale}`);
}

function checkedFlag(name: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${name} must be true or false, got ${JSON.stringify(value)}`);
}

function checkEndpoints({ trustedHosts, ...urls }: NonNullable<VertexBatchPluginOptions['endpoints']>): void {
  if (trustedHosts !== undefined && !Array.isArray(trustedHosts)) {
    throw new TypeError(`endpoints.trustedHosts must be a list of hosts, got ${JSON.stringify(trustedHosts)}`);
  }
  for (const [name, url] of Object.entries(urls)) {
    try {
      parseEndpoint(url, trustedHosts);
    } catch (error) {
      throw new TypeError(`endpoints.${name}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** What the activities need, from checked options; `TypeError` names the one at fault. */
export function dependenciesOf(options: VertexBatchPluginOptions): BatchDependencies {
  refuseUnknown(options);
  const { endpoints = {}, polling = {}, timeouts = {} } = options;
  const trusted = endpoints.trustedHosts === undefined ? {} : { trustedHosts: endpoints.trustedHosts };
  checkEndpoints(endpoints);
  // asked only where credentials may go: an emulator never sees one
  const tokens = options.auth === undefined ? new AccessTokensGoogle() : checkedTokens(options.auth);
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
      observe: countRequest,
      ...trusted,
      ...(endpoints.storage === undefined ? {} : { apiEndpoint: endpoints.storage }),
    }),
    tables: new TableStoreRest({
      tokens,
      observe: countRequest,
      ...trusted,
      ...(endpoints.bigquery === undefined ? {} : { endpoint: endpoints.bigquery }),
    }),
    loads: new LoadJobsRest({
      tokens,
      observe: countRequest,
      ...trusted,
      ...(endpoints.bigquery === undefined ? {} : { endpoint: endpoints.bigquery }),
    }),
    jobs: new VertexJobsRest({
      tokens,
      observe: countRequest,
      ...trusted,
      ...(endpoints.api === undefined ? {} : { endpoint: endpoints.api }),
    }),
    preflight: {
      access: new AccessRest({
        tokens,
        observe: countRequest,
        ...trusted,
        ...(endpoints.api === undefined ? {} : { endpoint: endpoints.api }),
        ...(endpoints.storage === undefined ? {} : { storageEndpoint: endpoints.storage }),
        ...(endpoints.bigquery === undefined ? {} : { bigqueryEndpoint: endpoints.bigquery }),
      }),
      tokens,
      isEmulated: areEmulators([endpoints.api, endpoints.storage, endpoints.bigquery], endpoints.trustedHosts),
      isRequired: options.preflight ?? true,
    },
    handlers: checkedHandlers(options.handlers ?? {}),
    polling: { initialMs, maxMs },
    prices: priceTableOf(options.prices),
    concurrency: {
      validate: atLeastOne('concurrency.validate', options.concurrency?.validate ?? 4),
      collect: atLeastOne('concurrency.collect', options.concurrency?.collect ?? 4),
    },
    jobLimits: jobLimitsOf(options.jobLimits ?? {}),
    guard: {
      attentionAfter: { failures: 3, ms: durationMs('timeouts.attention', timeouts.attention ?? '1m') },
      handlerAttentionMs: durationMs('timeouts.handlerAttention', timeouts.handlerAttention ?? '5m'),
      timeScale: checkedScale(options.timeScale ?? 1),
    },
    timing: {
      submitMs: positiveMs('timeouts.submit', timeouts.submit ?? '2m'),
      heartbeatMs: positiveMs('timeouts.heartbeat', timeouts.heartbeat ?? '20s'),
      lookIntervalMs: positiveMs('timeouts.look', timeouts.look ?? '30s'),
      handlerQueueMs: positiveMs('timeouts.handlerQueue', timeouts.handlerQueue ?? '10m'),
    },
    searchAttributes: checkedFlag('searchAttributes', options.searchAttributes ?? false),
    handlerGraceMs: durationMs('timeouts.handlerGrace', timeouts.handlerGrace ?? '10m'),
  };
}

function jobLimitsOf({ rows, bytes }: NonNullable<VertexBatchPluginOptions['jobLimits']>): JobLimits {
  const most = bytes === undefined ? JOB_LIMITS.bytes : upTo('jobLimits.bytes', bytes, JOB_LIMITS.bytes);
  return {
    rows: rows === undefined ? JOB_LIMITS.rows : upTo('jobLimits.rows', rows, JOB_LIMITS.rows),
    bytes: most,
    copiedBytes: Math.min(most, JOB_LIMITS.copiedBytes),
  };
}

function upTo(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new TypeError(
    `${name} must be a whole number from 1 to ${most}, which is what the service takes, got ${value}`,
  );
}

function atLeastOne(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`${name} must be a whole number of at least 1, got ${value}`);
}

function positiveMs(name: string, value: DurationLike): number {
  const milliseconds = durationMs(name, value);
  if (milliseconds >= 1) return milliseconds;
  throw new TypeError(`${name} must be at least 1 ms, got ${JSON.stringify(value)}`);
}
