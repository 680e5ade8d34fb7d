import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { startTemporalServer } from '../../src/dev/temporal-server';
import { findFakeGcsServer } from './fake-gcs-server';

/** The server moves timers by up to a second to handle them together; tests have minutes last milliseconds. */
const EXACT_TIMERS = ['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="5ms"'];

/** One Temporal server for the whole run; test files keep apart by task queue and workflow id. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporalServer({ uiPort: 0, extraArgs: EXACT_TIMERS });
  project.provide('temporalAddress', server.address);
  project.provide('temporalUiUrl', server.uiUrl ?? null);
  project.provide('fakeGcsServer', await findFakeGcsServer());
  const directory = await mkdtemp(join(tmpdir(), 'vertex-batch-tests-'));
  project.provide('workflowBundlePath', await bundleOurs(directory));
  return async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  };
}

/** Our workflows as every test file needs them: bundling takes seconds, so it is done once. */
async function bundleOurs(directory: string): Promise<string> {
  const workflowsPath = join(__dirname, '../../src/workflows/index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const path = join(directory, 'workflow-bundle.js');
  await writeFile(path, code);
  return path;
}
