import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { executableName } from './build-go-tool';
import { lastLines } from './run-quietly';
import { inScratchDirectory, moveIntoPlace, serverCacheDirectory, withLock } from './server-cache';

const requireHere = createRequire(__filename);
const TESTING = '@temporalio/testing';

/** How long the download may stand still before the network counts as unreachable. */
const FIRST_BYTE_MS = 8_000;
const STALLED_MS = 20_000;

/**
 * The SDK's download can't be cancelled and waits minutes for a silent network, so it runs in a process of its own.
 * It starts the server that it fetched, which proves the binary.
 */
const DOWNLOAD = `
const [testing, downloadDir] = process.argv.slice(1);
require(testing).TestWorkflowEnvironment
  .createLocal({ server: { executable: { type: 'cached-download', downloadDir } } })
  .then((environment) => environment.teardown())
  .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/** Where the SDK's download lies or will lie, or `undefined` where @temporalio/testing isn't installed. */
export function downloadedTemporalPath(): string | undefined {
  const version = testingVersion();
  if (version === undefined) return undefined;
  return join(serverCacheDirectory(), `temporal-sdk-${version}`, executableName('temporal'));
}

function testingVersion(): string | undefined {
  try {
    const { version } = requireHere(`${TESTING}/package.json`) as { version: string };
    return version;
  } catch {
    return undefined;
  }
}

/** Lets Temporal's SDK download its command line, and gives the path; fails within seconds where the network is silent. */
export async function downloadTemporal(onProgress: (line: string) => void): Promise<string> {
  const target = downloadedTemporalPath();
  if (target === undefined) throw new Error(`the SDK's download needs ${TESTING}: npm install --save-dev ${TESTING}`);
  return withLock(
    target,
    () => onProgress('waiting for another process that downloads temporal'),
    async () => {
      if (await exists(target)) return target;
      onProgress("downloading Temporal's server once …");
      await inScratchDirectory(target, async (directory) => {
        await download(directory);
        await moveIntoPlace(join(directory, await onlyFileIn(directory)), target);
      });
      return target;
    },
  );
}

async function download(directory: string): Promise<void> {
  const child = spawn(process.execPath, ['-e', DOWNLOAD, requireHere.resolve(TESTING), directory], {
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const watch = killWhenStalled(directory, () => {
    errors += 'no byte arrived in time: the network is unreachable or very slow';
    child.kill('SIGKILL');
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(watch));
  if (code !== 0) throw new Error(lastLines(errors));
}

function killWhenStalled(directory: string, kill: () => void): NodeJS.Timeout {
  let size = 0;
  let lastGrowth = Date.now();
  return setInterval(() => {
    void sizeOf(directory).then((now) => {
      if (now > size) lastGrowth = Date.now();
      size = now;
      const limit = size === 0 ? FIRST_BYTE_MS : STALLED_MS;
      if (Date.now() - lastGrowth > limit) kill();
    });
  }, 500);
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(directory, name))
      .then((found) => found.size)
      .catch(() => 0),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function onlyFileIn(directory: string): Promise<string> {
  const [name, ...others] = await readdir(directory);
  if (name === undefined || others.length > 0) {
    throw new Error(
      `the SDK's download left ${others.length + (name === undefined ? 0 : 1)} files where one was expected`,
    );
  }
  return name;
}

async function exists(path: string): Promise<boolean> {
  return stat(path)
    .then(() => true)
    .catch(() => false);
}
