import { readFileSync } from 'node:fs';
import { SimplePlugin } from '@temporalio/plugin';
import type { BundleOptions, WorkerOptions } from '@temporalio/worker';
import { createBatchActivities } from './activities/create-batch-activities';
import { VERTEX_BATCH_WORKFLOW } from './messages';
import { dependenciesOf, type VertexBatchPluginOptions } from './plugin/options';
import { exportedWorkflows } from './exported-workflows';

export type { VertexBatchPluginOptions } from './plugin/options';

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
