import { existsSync } from 'node:fs';
import { buildGoTool, builtToolPath, type GoTool } from '../../src/dev/build-go-tool';
import { freePort } from '../../src/dev/free-port';
import { startGuarded } from '../../src/dev/guarded-process';
import { waitFor } from './wait-for';

const BIGQUERY_EMULATOR: GoTool = {
  module: 'bigquery',
  name: 'bigquery-emulator',
  packagePath: 'github.com/goccy/bigquery-emulator/cmd/bigquery-emulator',
  modulePath: 'github.com/goccy/bigquery-emulator',
  checkArguments: ['--version'],
  firstBuild: '5 minutes',
};

/** Finds or builds the second opinion on the emulator's tables; where that can't be done, says why. */
export async function findGoccyBigQuery(): Promise<{ path: string } | { missing: string }> {
  const named = process.env['BIGQUERY_EMULATOR_PATH'];
  if (named) return existsSync(named) ? { path: named } : { missing: `BIGQUERY_EMULATOR_PATH=${named} doesn't exist` };
  const built = builtToolPath(BIGQUERY_EMULATOR);
  if (built !== undefined && existsSync(built)) return { path: built };
  try {
    return { path: await buildGoTool(BIGQUERY_EMULATOR, (line) => process.stderr.write(`${line}\n`)) };
  } catch (error) {
    return { missing: `No bigquery-emulator at hand (BIGQUERY_EMULATOR_PATH names one): ${(error as Error).message}` };
  }
}

/** Starts goccy's bigquery-emulator in memory, with a dataset, on ports of its own. */
export async function startGoccyBigQuery(
  path: string,
  { project, dataset }: { readonly project: string; readonly dataset: string },
): Promise<{ url: string; stop(): Promise<void> }> {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const server = await startGuarded(path, [
    ...['--project', project, '--dataset', dataset, '--host', '127.0.0.1'],
    ...['--port', String(port), '--grpc-port', String(grpcPort)],
  ]);
  const answers = async () => (await fetch(`${url}/bigquery/v2/projects/${project}/datasets`)).ok;
  await waitFor(answers, { what: `bigquery-emulator to answer on ${url}` });
  return { url, stop: () => server.stop() };
}
