import type { StartAdoption, VertexBatchRun } from '../../src/client';
import { AccessTokensFixed } from '../../src/gateways/access-tokens-google';
import type { NewVertexJob } from '../../src/gateways/vertex-jobs';
import { VertexJobsRest } from '../../src/gateways/vertex-jobs-rest';
import type { BatchWorld } from './batch-world';

const PARENT = { project: 'acme-project', location: 'us-central1' };

/** Creates a job as somebody who knows nothing of us, over `gs://acme/in/*.jsonl`, and gives its name. */
export async function createElsewhere(world: BatchWorld, job: Partial<NewVertexJob> = {}): Promise<string> {
  const jobs = new VertexJobsRest({ tokens: new AccessTokensFixed(), endpoint: world.url });
  const created = await jobs.create(PARENT, {
    displayName: 'nightly export',
    model: 'publishers/google/models/gemini-2.5-flash',
    inputUris: ['gs://acme/in/*.jsonl'],
    outputUri: 'gs://acme/elsewhere/answers',
    labels: {},
    ...job,
  });
  return created.name;
}

/** Starts a run that adopts this job. */
export async function startAdopting(
  world: BatchWorld,
  job: string,
  request: Partial<StartAdoption> = {},
): Promise<VertexBatchRun> {
  const { input: _, ...same } = world.request();
  return await world.client.start({ ...same, adopt: { job }, ...request });
}
