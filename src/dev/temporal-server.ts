import { Connection } from '@temporalio/client';
import { findTemporal } from './find-temporal';
import { freePort } from './free-port';
import { startGuarded, type GuardedProcess } from './guarded-process';

export { findTemporal } from './find-temporal';

export interface TemporalServerOptions {
  /** Port of the frontend. @default any free one */
  readonly port?: number;
  /** Port of the Temporal UI; 0 is any free one. @default no UI */
  readonly uiPort?: number;
  /** File that keeps the state over a restart. @default in memory */
  readonly dbFilename?: string;
  /** Namespaces to create beside `default`. */
  readonly namespaces?: readonly string[];
  /** Keywords that runs can be searched by. */
  readonly searchAttributes?: readonly string[];
  /** Further arguments of `temporal server start-dev`. */
  readonly extraArgs?: readonly string[];
  /** Whether the server of `TEMPORAL_ADDRESS` is used, where that is set, instead of starting one. @default true */
  readonly reuse?: boolean;
  /** How long the server may take until it serves. @default 30000 */
  readonly startTimeoutMs?: number;
  /** Receives a line where something takes a while, such as a first build. @default stderr */
  readonly onProgress?: (line: string) => void;
}

/** A Temporal server on loopback, or the one of `TEMPORAL_ADDRESS`, which has no `pid` and isn't ours to stop. */
export interface TemporalServer {
  /** `host:port` of the frontend. */
  readonly address: string;
  readonly uiUrl?: string;
  /** Process id of the server itself. */
  readonly pid?: number;
  /** Ends the server and waits for that. Also done when our process ends, however it ends. */
  stop(): Promise<void>;
  /** Ends the server with SIGKILL and waits for that. Starting again on the same file and port goes on where it was. */
  kill(): Promise<void>;
}

/** Starts Temporal's development server and returns when it serves all namespaces. */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  const running = process.env['TEMPORAL_ADDRESS'];
  if (running && options.reuse !== false) return { address: running, stop: async () => {}, kill: async () => {} };

  const program = await findTemporal(options.onProgress);
  const port = options.port ?? (await freePort());
  const uiPort = options.uiPort === 0 ? await freePort() : options.uiPort;
  const server = await startGuarded(program.path, serverArguments(options, port, uiPort));
  const address = `127.0.0.1:${port}`;
  try {
    await untilServing(server, address, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    address,
    ...(uiPort === undefined ? {} : { uiUrl: `http://127.0.0.1:${uiPort}` }),
    pid: server.pid,
    stop: () => server.stop(),
    kill: () => server.kill(),
  };
}

function serverArguments(options: TemporalServerOptions, port: number, uiPort: number | undefined): string[] {
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--log-level=error',
    ...(uiPort === undefined ? ['--headless'] : ['--ui-ip=127.0.0.1', `--ui-port=${uiPort}`]),
    ...(options.dbFilename === undefined ? [] : [`--db-filename=${options.dbFilename}`]),
    ...(options.namespaces ?? []).map((namespace) => `--namespace=${namespace}`),
    ...(options.searchAttributes ?? []).map((name) => `--search-attribute=${name}=Keyword`),
    ...(options.extraArgs ?? []),
  ];
}

async function untilServing(server: GuardedProcess, address: string, options: TemporalServerOptions): Promise<void> {
  const timeoutMs = options.startTimeoutMs ?? 30_000;
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    if (!server.isRunning()) {
      throw new Error(`Temporal's server ended before it served ${address}:\n${server.lastOutput()}`);
    }
    try {
      return await askForNamespaces(address, ['default', ...(options.namespaces ?? [])]);
    } catch (error) {
      lastError = error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`Temporal's server didn't serve ${address} within ${timeoutMs} ms:\n${server.lastOutput()}`, {
    cause: lastError,
  });
}

async function askForNamespaces(address: string, namespaces: readonly string[]): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: '1s' });
  try {
    await Promise.all(namespaces.map((namespace) => connection.workflowService.describeNamespace({ namespace })));
  } finally {
    await connection.close();
  }
}
