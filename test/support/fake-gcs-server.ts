import { inject } from 'vitest';
import type { GoTool } from '../../src/dev/build-go-tool';
import { freePort } from '../../src/dev/free-port';
import { startGuarded } from '../../src/dev/guarded-process';
import { type FoundTool, findGoTool } from './find-go-tool';
import { waitFor } from './wait-for';

const FAKE_GCS_SERVER: GoTool = {
  module: 'servers',
  name: 'fake-gcs-server',
  packagePath: 'github.com/fsouza/fake-gcs-server',
  modulePath: 'github.com/fsouza/fake-gcs-server',
  checkArguments: ['-h'],
  firstBuild: '2 minutes',
};

/** Finds or builds the second opinion on the emulator's storage; where that can't be done, says why. */
export function findFakeGcsServer(): Promise<FoundTool> {
  return findGoTool(FAKE_GCS_SERVER, 'FAKE_GCS_SERVER_PATH');
}

/** Starts fake-gcs-server in memory, on a port of its own. */
export async function startFakeGcsServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const found = inject('fakeGcsServer');
  if ('missing' in found) throw new Error(found.missing);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startGuarded(found.path, [
    ...['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
    ...['-public-host', `127.0.0.1:${port}`, '-external-url', url, '-log-level', 'error'],
  ]);
  const answers = async () => (await fetch(`${url}/storage/v1/b?project=test`)).ok;
  await waitFor(answers, { what: `fake-gcs-server to answer on ${url}` });
  return { url, stop: () => server.stop() };
}
