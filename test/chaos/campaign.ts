import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChaosWorld } from './chaos-world';
import { historiesOf, replayFindings } from './histories';
import { stormLine, writeFailure } from './report';
import { weather, type CalmRuns, type StormReport } from './storm';
import { planCalm, planStorm, type StormPlan } from './storm-plan';

export interface CampaignOptions {
  readonly storms: readonly { readonly seed: number; readonly runs: number }[];
  readonly workflowBundlePath: string;
  /** Receives a line for each storm. */
  readonly say: (line: string) => void;
  /** Begins no further storm when so many minutes are over. @default without end */
  readonly minutes?: number;
}

export interface Campaign {
  readonly reports: readonly StormReport[];
  readonly failures: readonly FailedStorm[];
}

/** A storm after which something was wrong. */
export interface FailedStorm {
  readonly seed: number;
  readonly runs: number;
  readonly findings: readonly string[];
  /** A directory with plan, timeline, evidence, histories and what the workers wrote; null for what was found at the very end. */
  readonly reportedIn: string | null;
}

/** Takes one storm after the other over the same processes, and makes them anew after one that failed. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const reports: StormReport[] = [];
  const failures: FailedStorm[] = [];
  const endsAt = performance.now() + (options.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  const left = [...options.storms];
  const next = () => (performance.now() < endsAt ? left.shift() : undefined);
  for (let storm = next(); storm !== undefined;) {
    const leftOver = await inWorld(options, async (world) => {
      const calm = await calmRuns(world, options);
      for (let isSound = true; isSound && storm !== undefined; storm = next()) {
        const { failure, ...report } = await oneStorm(world, planStorm(storm.seed, storm.runs), calm, options);
        reports.push(report);
        if (failure !== undefined) failures.push(failure);
        isSound = failure === undefined;
      }
    });
    const last = reports.at(-1)?.plan;
    if (leftOver.length > 0 && last !== undefined) {
      failures.push({ seed: last.seed, runs: last.runs.length, findings: leftOver, reportedIn: null });
    }
  }
  return { reports, failures };
}

/** Gives what of the world didn't end as it should. */
async function inWorld(
  { workflowBundlePath }: CampaignOptions,
  work: (world: ChaosWorld) => Promise<void>,
): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'vertex-batch-chaos-'));
  const world = await ChaosWorld.open({ directory, workflowBundlePath });
  let leftOver: string[] = [];
  try {
    await work(world);
  } finally {
    leftOver = await world.close();
    await rm(directory, { recursive: true });
  }
  return leftOver;
}

async function calmRuns(world: ChaosWorld, options: CampaignOptions): Promise<CalmRuns> {
  const { failure, evidence } = await oneStorm(world, planCalm(), undefined, options);
  if (failure === undefined) return new Map(evidence.map((run) => [run.kind, run]));
  throw new Error(`Runs fail on a calm day:\n${failure.findings.join('\n')}\n${failure.reportedIn}`);
}

async function oneStorm(
  world: ChaosWorld,
  plan: StormPlan,
  calm: CalmRuns | undefined,
  { workflowBundlePath, say }: CampaignOptions,
): Promise<StormReport & { readonly failure?: FailedStorm }> {
  const report = await weather(world, plan, calm);
  const histories = await historiesOf(world.client, plan.runs);
  const findings = [...report.findings, ...(await replayFindings(histories, workflowBundlePath))];
  say(stormLine({ ...report, findings }));
  if (findings.length === 0) return report;
  const reportedIn = await writeFailure({ ...report, findings }, histories, world.workers.output());
  // who ends a campaign early sees it, too
  say(`  ${reportedIn}`);
  const sentences = findings.map(({ workflowId, finding }) => `${workflowId || 'processes'}: ${finding}`);
  return { ...report, failure: { seed: plan.seed, runs: plan.runs.length, findings: sentences, reportedIn } };
}
