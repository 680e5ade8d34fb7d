import { createServer } from 'node:net';
import type { Command } from 'commander';
import { readTemporalTarget } from '../../config';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes';
import { startTemporalServer } from '../../dev/temporal-server';
import { freePort } from '../../dev/free-port';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../emulator';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { listenForInterrupts } from '../interrupts';
import { addPricesOption, givenPrices, type PricesFlags } from '../prices';
import { requirePackages, WORKER_PACKAGES } from '../optional-packages';
import { DEFAULT_BUCKET, makeBuckets, readScenario } from './emulator';
import { handlersModule, workerApplication } from './worker';

interface DevFlags extends CommonFlags, PricesFlags {
  readonly handlers?: string;
  readonly scenario?: string;
}

/** What `dev` prints when all of it is ready. */
interface DevAddresses {
  readonly temporal: string;
  readonly ui: string | null;
  readonly emulator: string;
  readonly taskQueue: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Ports that people know; where one is taken, any free one. */
const USUAL_PORTS = { temporal: 7233, ui: 8233, emulator: 8085 };
const POLLING = { initial: '1s', max: '10s' };

export function addDev(program: Command, host: Host): void {
  const command = program
    .command('dev')
    .summary('Temporal server, emulator and worker on this machine')
    .description(
      'Starts a Temporal server, an emulated Vertex AI and a worker, all on loopback, and ends them with Ctrl-C.',
    )
    .option('--handlers <module>', 'JavaScript module that exports handlers (default: VERTEX_BATCH_HANDLERS)')
    .option('--scenario <file>', 'JSON file that says how emulated jobs go and what fails');
  withCommonOptions(addPricesOption(command), 'vertex-batch dev --handlers ./dist/handlers.js').action(
    action<DevFlags>(host, dev),
  );
}

async function dev({ flags, config, output, taskQueue }: Invocation<DevFlags>): Promise<ExitCode> {
  const scenario = await readScenario(flags.scenario);
  const handlersPath = handlersModule(flags, config);
  const prices = await givenPrices(flags, config);
  requirePackages('dev', WORKER_PACKAGES);
  const { createBatchWorker, installRuntime, loadHandlers } = workerApplication();
  const handlers = handlersPath === undefined ? {} : await loadHandlers(handlersPath);
  installRuntime();
  const interrupts = listenForInterrupts();
  const cleanup: (() => Promise<void>)[] = [];
  try {
    const server = await startTemporalServer({
      port: await usualPort(USUAL_PORTS.temporal),
      uiPort: await usualPort(USUAL_PORTS.ui),
      reuse: false,
      searchAttributes: SEARCH_ATTRIBUTES,
      onProgress: (line) => output.note(line),
    });
    cleanup.push(() => server.stop());
    const { emulator, listening } = await startEmulator(createEmulator({ scenario }));
    cleanup.push(() => emulator.close());
    cleanup.push(() => listening.close());
    const { url } = listening;
    const worker = await createBatchWorker({
      temporal: await readTemporalTarget({ address: server.address, namespace: 'default' }, {}),
      taskQueue,
      endpoints: { api: url, storage: url, bigquery: url, trustedHosts: [] },
      handlers,
      polling: POLLING,
      searchAttributes: true,
      ...(prices !== undefined && { prices }),
    });
    const drained = worker.run();
    cleanup.push(async () => {
      worker.drain();
      await drained;
    });
    const addresses = addressesOf({ temporal: server.address, ui: server.uiUrl ?? null, emulator: url, taskQueue });
    output.json({ ready: addresses });
    output.print(readyText(addresses));
    const ended = await Promise.race([interrupts.first, drained.then(() => 'the worker ended' as const)]);
    output.note(`${ended}: ending worker, emulator and server.`);
    return EXIT.done;
  } finally {
    for (const end of cleanup.toReversed()) await end();
    interrupts.dispose();
    output.json({ result: null });
  }
}

async function startEmulator(emulator: Emulator): Promise<{ emulator: Emulator; listening: EmulatorServer }> {
  makeBuckets(emulator, [DEFAULT_BUCKET]);
  return { emulator, listening: await serveEmulator(emulator, { port: await usualPort(USUAL_PORTS.emulator) }) };
}

function addressesOf(where: Omit<DevAddresses, 'environment'>): DevAddresses {
  return {
    ...where,
    environment: {
      TEMPORAL_ADDRESS: where.temporal,
      VERTEX_BATCH_EMULATOR: where.emulator,
      ...(where.ui !== null && { VERTEX_BATCH_UI_URL: where.ui }),
      GOOGLE_CLOUD_PROJECT: 'demo',
      GOOGLE_CLOUD_LOCATION: 'us-central1',
    },
  };
}

function readyText({ temporal, ui, emulator, taskQueue, environment }: DevAddresses): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [
    `Temporal   ${temporal}${ui === null ? '' : ` · UI ${ui}`}`,
    `Vertex AI  ${emulator} (emulated, with the bucket gs://${DEFAULT_BUCKET})`,
    `worker     polls ${taskQueue}`,
    '',
    'In another terminal:',
    ...variables.map((assignment) => `  export ${assignment}`),
    `  vertex-batch run -w first --model gemini-2.5-flash --input prompts.jsonl --output gs://${DEFAULT_BUCKET}/answers/`,
    '',
    'Ctrl-C ends all of it.',
  ].join('\n');
}

async function usualPort(port: number): Promise<number> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (isFree) await new Promise((resolve) => server.close(resolve));
  return isFree ? port : freePort();
}
