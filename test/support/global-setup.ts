import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { startTemporalServer } from '../../src/dev/temporal-server';
import { findFakeGcsServer } from './fake-gcs-server';

/** One Temporal server for the whole run; test files keep apart by task queue and workflow id. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTemporalServer({ uiPort: 0 });
  project.provide('temporalAddress', server.address);
  project.provide('temporalUiUrl', server.uiUrl ?? null);
  project.provide('fakeGcsServer', await findFakeGcsServer());
  return () => server.stop();
}
