import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTemporalServer } from '../../src/dev/temporal-server';
import { bundleWorkflows } from '../world';

/** What a worker in a process of its own needs. */
export interface TemporalForWorkers {
  /** Of the server. */
  readonly address: string;
  /** Of the bundled workflows. */
  readonly bundlePath: string;
}

/** Runs `work` beside a Temporal server of its own; the workflows are bundled into the directory. */
export async function withTemporalForWorkers<T>(
  directory: string,
  work: (temporal: TemporalForWorkers) => Promise<T>,
): Promise<T> {
  const bundlePath = join(directory, 'workflows.js');
  await writeFile(bundlePath, (await bundleWorkflows()).code);
  const server = await startTemporalServer({ reuse: false });
  try {
    return await work({ address: server.address, bundlePath });
  } finally {
    await server.stop();
  }
}
