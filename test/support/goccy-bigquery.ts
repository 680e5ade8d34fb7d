import type { GoTool } from '../../src/dev/build-go-tool';
import { freePort } from '../../src/dev/free-port';
import { startGuarded } from '../../src/dev/guarded-process';
import { type FoundTool, findGoTool } from './find-go-tool';
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
export function findGoccyBigQuery(): Promise<FoundTool> {
  return findGoTool(BIGQUERY_EMULATOR, 'BIGQUERY_EMULATOR_PATH');
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
