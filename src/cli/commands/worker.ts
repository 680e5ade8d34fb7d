import type { Command } from 'commander';
import type * as WorkerApplication from '../../worker';
import { readTemporalTarget, type Config, type TemporalFlags } from '../../config';
import { action, withCommonOptions, type CommonFlags, type Host, type Invocation } from '../command-line';
import { EXIT, type ExitCode } from '../exit-code';
import { listenForInterrupts } from '../interrupts';
import { requirePackages, WORKER_PACKAGES } from '../optional-packages';
import { existingFile } from '../existing-file';
import { addPricesOption, givenPrices, type PricesFlags } from '../prices';

interface WorkerFlags extends CommonFlags, TemporalFlags, PricesFlags {
  readonly handlers?: string;
  readonly workflows?: string;
  readonly searchAttributes?: boolean;
}

export function addWorker(program: Command, host: Host): void {
  const command = program
    .command('worker')
    .summary('a worker, configured by the environment')
    .description(
      'Runs a worker, configured by the environment. A first SIGINT or SIGTERM lets what is in flight end, a second one stops at once.',
    )
    .option('--handlers <module>', 'JavaScript module that exports handlers (default: VERTEX_BATCH_HANDLERS)')
    .option('--workflows <module>', 'workflows file that re-exports ours, to be bundled in place of ours')
    .option('--search-attributes', 'set search attributes on runs (default: VERTEX_BATCH_SEARCH_ATTRIBUTES)');
  withCommonOptions(addPricesOption(command), 'vertex-batch worker --handlers ./dist/handlers.js').action(
    action<WorkerFlags>(host, runWorker),
  );
}

async function runWorker({
  flags,
  config,
  output,
  environment,
  taskQueue,
}: Invocation<WorkerFlags>): Promise<ExitCode> {
  const handlersPath = handlersModule(flags, config);
  const workflowsPath = flags.workflows === undefined ? undefined : existingFile('--workflows', flags.workflows);
  const prices = await givenPrices(flags, config);
  requirePackages('worker', WORKER_PACKAGES);
  const { createBatchWorker, installRuntime, loadHandlers } = workerApplication();
  const handlers = handlersPath === undefined ? {} : await loadHandlers(handlersPath);
  const temporal = await readTemporalTarget(flags, environment);
  const interrupts = listenForInterrupts();
  installRuntime();
  const worker = await createBatchWorker({
    temporal,
    taskQueue,
    endpoints: config.endpoints,
    handlers,
    searchAttributes: flags.searchAttributes ?? config.searchAttributes,
    ...(prices !== undefined && { prices }),
    ...(workflowsPath !== undefined && { workflowsPath }),
  });
  if (interrupts.signal.aborted) return EXIT.done;
  const drained = worker.run();
  void interrupts.first.then((signal) => {
    output.note(`${signal}: no new tasks; what is in flight ends. A second signal stops at once.`);
    worker.drain();
  });
  const names = Object.keys(handlers);
  const ready = { address: temporal.address, namespace: temporal.namespace, taskQueue, handlers: names };
  output.json({ polling: ready });
  output.print(
    `Polling ${taskQueue} of namespace ${temporal.namespace} at ${temporal.address} · handlers: ${names.join(', ') || 'none'}`,
  );
  try {
    await drained;
  } finally {
    interrupts.dispose();
  }
  return EXIT.done;
}

/** The file that a flag or the environment names. */
export function handlersModule(
  flags: Pick<WorkerFlags, 'handlers'>,
  config: Pick<Config, 'handlers'>,
): string | undefined {
  if (flags.handlers !== undefined) return existingFile('--handlers', flags.handlers);
  return config.handlers === null ? undefined : existingFile('VERTEX_BATCH_HANDLERS', config.handlers);
}

/** Loaded late: whoever runs no worker needn't have its packages. */
export function workerApplication(): typeof WorkerApplication {
  return require('../../worker') as typeof WorkerApplication;
}
