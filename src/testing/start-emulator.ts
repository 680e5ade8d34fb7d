import {
  createEmulator,
  serveEmulator,
  type Answer,
  type ClockOption,
  type EmulatedJob,
  type Emulator,
  type Scenario,
} from '../emulator';
import { didYouMean } from '../domain/nearest-name';
import { readRows, writeRows } from './bucket-rows';

export interface StartEmulatorOptions {
  /** The model. @default sentences made from the prompt's own words, or JSON that obeys the request's schema */
  readonly answer?: Answer;
  /** States, durations and faults of the service. @default a quick service where everything succeeds */
  readonly scenario?: Scenario;
  /** The service's time; the worker keeps its own. @default 'real' */
  readonly clock?: ClockOption;
}

/** What a `VertexBatchPlugin` needs to talk to the emulator and to wait milliseconds where it would wait minutes. */
export interface EmulatorPluginOptions {
  readonly endpoints: { readonly api: string; readonly storage: string; readonly bigquery: string };
  readonly auth: { getAccessToken(): Promise<string> };
  readonly polling: { readonly initial: string; readonly max: string };
  readonly timeouts: {
    readonly look: string;
    readonly handlerGrace: string;
    readonly attention: string;
    readonly handlerAttention: string;
  };
  readonly timeScale: number;
}

/** Vertex AI's batch jobs and Cloud Storage in this process, on a port of the loopback address. */
export interface TestEmulator {
  readonly url: string;
  /** For `new VertexBatchPlugin({ ...emulator.pluginOptions, handlers })`. */
  readonly pluginOptions: EmulatorPluginOptions;
  /** Writes one object of JSONL: a row as JSON, a string as the line that it is. Buckets needn't be created. */
  put(uri: string, rows: Iterable<unknown> | AsyncIterable<unknown>): Promise<void>;
  /**
   * Rows of an object, of all objects in a folder (`gs://bucket/folder/`), or of those that a wildcard names.
   * @throws {Error} when there is no such object, or a line isn't JSON
   */
  rows<Row = Record<string, unknown>>(uri: string): Promise<Row[]>;
  /** Every job that was ever created, the oldest first: each of them would have cost money. */
  jobs(): readonly EmulatedJob[];
  /** Moves the service's time, and finishes all that falls due. @throws {Error} unless `clock` is 'stepped' */
  advance(ms: number): Promise<void>;
  /** Breaks what is connected and leaves nothing that keeps the process alive. */
  close(): Promise<void>;
}

const OPTIONS: readonly string[] = ['answer', 'scenario', 'clock'] satisfies (keyof StartEmulatorOptions)[];

/** Starts an emulator that knows no other test's buckets and jobs. @throws {TypeError} naming an option that it hasn't */
export async function startEmulator(options: StartEmulatorOptions = {}): Promise<TestEmulator> {
  const unknown = Object.keys(options).find((option) => !OPTIONS.includes(option));
  if (unknown !== undefined)
    throw new TypeError(`startEmulator has no option ${unknown}${didYouMean(unknown, OPTIONS)}`);
  const emulator = createEmulator(options);
  const server = await serveEmulator(withAnyBucket(emulator));
  return {
    url: server.url,
    pluginOptions: pluginOptionsFor(server.url),
    put: (uri, rows) => writeRows(emulator.blobs, uri, rows),
    rows: (uri) => readRows(emulator.blobs, uri),
    jobs: () => emulator.jobs(),
    advance: (ms) => emulator.advance(ms),
    async close() {
      await server.close();
      await emulator.close();
    },
  };
}

function pluginOptionsFor(url: string): EmulatorPluginOptions {
  return {
    endpoints: { api: url, storage: url, bigquery: url },
    auth: { getAccessToken: () => Promise.resolve('emulator') },
    polling: { initial: '10ms', max: '100ms' },
    timeouts: { look: '100ms', handlerGrace: '1s', attention: '100ms', handlerAttention: '500ms' },
    timeScale: 0.01,
  };
}

/** A bucket comes into being when it is first named, as a request's `output` is by the worker. */
function withAnyBucket(emulator: Emulator): Pick<Emulator, 'fetch'> {
  return {
    async fetch(request) {
      const bucket = /\/storage\/v1\/b\/([^/]+)/.exec(new URL(request.url).pathname)?.[1];
      if (bucket !== undefined) emulator.blobs.createBucket(decodeURIComponent(bucket));
      return await emulator.fetch(request);
    },
  };
}
