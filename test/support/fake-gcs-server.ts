import { existsSync } from 'node:fs';
import { inject } from 'vitest';
import { buildGoTool, builtToolPath, type GoTool } from '../../src/dev/build-go-tool';
import { freePort } from '../../src/dev/free-port';
import { startGuarded } from '../../src/dev/guarded-process';
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
export async function findFakeGcsServer(): Promise<{ path: string } | { missing: string }> {
  const named = process.env['FAKE_GCS_SERVER_PATH'];
  if (named) return existsSync(named) ? { path: named } : { missing: `FAKE_GCS_SERVER_PATH=${named} doesn't exist` };
  const built = builtToolPath(FAKE_GCS_SERVER);
  if (built !== undefined && existsSync(built)) return { path: built };
  try {
    return { path: await buildGoTool(FAKE_GCS_SERVER, (line) => process.stderr.write(`${line}\n`)) };
  } catch (error) {
    return { missing: `No fake-gcs-server at hand (FAKE_GCS_SERVER_PATH names one): ${(error as Error).message}` };
  }
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
