import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime, Worker, type LogLevel } from '@temporalio/worker';
import { ConfigurationError, type Endpoints, type TemporalTarget } from './config';
import type { Handlers } from './define-handler';
import { AccessTokensGoogle } from './gateways/access-tokens-google';
import { VertexBatchPlugin, type VertexBatchPluginOptions } from './plugin';

export interface BatchWorkerOptions extends Pick<
  VertexBatchPluginOptions,
  'handlers' | 'polling' | 'prices' | 'searchAttributes' | 'timeouts'
> {
  readonly temporal: TemporalTarget;
  readonly taskQueue: string;
  readonly endpoints: Endpoints;
  /** A file that exports our workflow beside the user's. @default our own */
  readonly workflowsPath?: string;
}

/** A worker that polls from when `run` is called. */
export interface BatchWorker {
  /** Polls until it is drained. */
  run(): Promise<void>;
  /** Takes no more tasks, and lets what is in flight end. */
  drain(): void;
}

const LONGEST_DRAIN = '90s';

/** Leaves signals to whoever runs the worker, and keeps the SDK's log to what needs a look. Once a process, before anything else. */
export function installRuntime(level: LogLevel = 'WARN'): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger(level),
    telemetryOptions: { logging: { filter: { core: level, other: level }, forward: {} } },
  });
}

/** A connected worker with our activities, our workflow and the caller's handlers. */
export async function createBatchWorker(options: BatchWorkerOptions): Promise<BatchWorker> {
  const { temporal, taskQueue, endpoints, workflowsPath = require.resolve('./workflows') } = options;
  const { handlers = {}, polling = {}, prices, searchAttributes = false, timeouts = {} } = options;
  const plugin = new VertexBatchPlugin({
    handlers,
    polling,
    timeouts,
    endpoints,
    searchAttributes,
    auth: new AccessTokensGoogle(),
    ...(prices !== undefined && { prices }),
  });
  const connection = await NativeConnection.connect(temporal.connection);
  try {
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue,
      workflowsPath,
      plugins: [plugin],
      shutdownGraceTime: LONGEST_DRAIN,
    });
    return {
      async run() {
        try {
          await worker.run();
        } finally {
          await connection.close();
        }
      },
      drain: () => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * The handlers that a module exports as `handlers`, or as its default.
 * @throws {ConfigurationError} naming the module and what it lacks
 */
export async function loadHandlers(path: string): Promise<Handlers> {
  const module = await importModule(path);
  const standard = module['default'] as Record<string, unknown> | undefined;
  const handlers = module['handlers'] ?? standard?.['handlers'] ?? standard;
  if (typeof handlers !== 'object' || handlers === null) {
    throw new ConfigurationError(
      `${path} must export handlers, an object of what defineHandler gives; it exports ${namesIn(module)}.`,
    );
  }
  for (const [name, handler] of Object.entries(handlers)) {
    if (
      typeof (handler as { handle?: unknown } | null)?.handle !== 'function' ||
      !('batchSize' in (handler as object))
    ) {
      throw new ConfigurationError(
        `Handler ${JSON.stringify(name)} in ${path} isn't one: make it with defineHandler from temporal-vertex-batch.`,
      );
    }
  }
  return handlers as Handlers;
}

async function importModule(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = code === 'ERR_UNKNOWN_FILE_EXTENSION' ? ' Compile it to JavaScript first.' : '';
    throw new ConfigurationError(`Cannot load handlers from ${path}: ${message}.${remedy}`, { cause: error });
  }
}

function namesIn(module: Record<string, unknown>): string {
  return Object.keys(module).join(', ') || 'nothing';
}
