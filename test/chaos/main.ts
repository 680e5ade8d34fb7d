import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { installRuntime } from '../../src/worker';
import { campaign, type FailedStorm } from './campaign';
import { parseCall, type CampaignCall } from './options';
import { campaignTable } from './report';

/** The crash campaign; the exit code is 0 only where every storm left everything as it should be. */
async function main(): Promise<void> {
  const call = parseCall(process.argv.slice(2));
  installRuntime('ERROR');
  const directory = await mkdtemp(join(tmpdir(), 'vertex-batch-chaos-bundle-'));
  try {
    await run(call, await bundleIn(directory));
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function run({ storms, minutes }: CampaignCall, workflowBundlePath: string): Promise<void> {
  const say = (line: string) => console.log(line);
  const options = { storms, workflowBundlePath, say, ...(minutes !== undefined && { minutes }) };
  const { reports, failures } = await campaign(options);
  console.log(`\n${campaignTable(reports)}`);
  for (const failure of failures) console.error(`\n${failureText(failure)}`);
  if (failures.length > 0) process.exitCode = 1;
}

function failureText({ seed, runs, findings, reportedIn }: FailedStorm): string {
  const again = `npm run chaos -- --runs ${runs} --seed ${seed}`;
  const lines = [...findings, ...(reportedIn === null ? [] : [`Plan, timeline, histories and logs: ${reportedIn}`])];
  return [`Seed ${seed} failed. Again: ${again}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

async function bundleIn(directory: string): Promise<string> {
  const workflowsPath = join(__dirname, '../../src/workflows/index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const path = join(directory, 'workflow-bundle.js');
  await writeFile(path, code);
  return path;
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof TypeError ? error.message : error);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  })
  // after a long campaign Node 20 has been seen to spin for ever in closing its handles, all of which were done with
  .finally(() => process.exit());
