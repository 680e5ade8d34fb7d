import { ObjectStoreGcs } from '../src/gateways/object-store-gcs';
import { AccessTokensFixed } from '../src/gateways/access-tokens-google';
import type { ObjectStore } from '../src/gateways/object-store';
import { VertexJobsRest } from '../src/gateways/vertex-jobs-rest';
import { LOCATION, MODEL, PROJECT } from './emulated-service';

export interface NewBaselineJob {
  readonly inputUri: string;
  readonly outputUri: string;
}

/** What the baselines' workflows ask for. */
export interface BaselineActivities {
  baselineNothing(index: number): Promise<void>;
  /** The calls that collecting a small range makes: a look for an object that isn't there, three reads, three writes. */
  baselineStorage(index: number): Promise<void>;
  /** @returns the job's name */
  baselineCreateJob(job: NewBaselineJob): Promise<string>;
  baselineGetJob(name: string): Promise<{ readonly ended: boolean; readonly outputUri: string }>;
  baselineCountRows(directoryUri: string): Promise<number>;
}

const ENDS: readonly string[] = [
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_EXPIRED',
  'JOB_STATE_PARTIALLY_SUCCEEDED',
];

const LINE = `${JSON.stringify({ row: 'x'.repeat(300) })}\n`;
const ONCE = { ifGenerationMatch: 0 } as const;

/** The same service through the same gateways, without anything that makes it safe. */
export function createBaselineActivities(url: string): BaselineActivities {
  const tokens = new AccessTokensFixed();
  const jobs = new VertexJobsRest({ tokens, endpoint: url });
  const store = new ObjectStoreGcs({ tokens, apiEndpoint: url });
  return {
    async baselineNothing() {},
    async baselineStorage(index) {
      const place = `gs://acme/baseline/${index}`;
      if ((await store.find(`${place}/record.json`)) !== undefined) throw new Error(`${place} was there before`);
      await countLines(store, 'gs://acme/baseline/row.jsonl');
      await Promise.all(['results', 'entries'].map((what) => store.write(`${place}/${what}.jsonl`, LINE, ONCE)));
      await store.write(`${place}/record.json`, LINE, ONCE);
    },
    async baselineCreateJob({ inputUri, outputUri }) {
      const { name } = await jobs.create(
        { project: PROJECT, location: LOCATION },
        {
          displayName: 'baseline',
          model: `publishers/google/models/${MODEL}`,
          inputUris: [inputUri],
          outputUri,
          labels: {},
        },
      );
      return name;
    },
    async baselineGetJob(name) {
      const { state, outputDirectory } = await jobs.get(name);
      return { ended: ENDS.includes(state), outputUri: outputDirectory ?? '' };
    },
    async baselineCountRows(directoryUri) {
      let rows = 0;
      for await (const { uri } of store.list(directoryUri)) rows += await countLines(store, uri);
      return rows;
    },
  };
}

async function countLines(store: ObjectStore, uri: string): Promise<number> {
  let lines = 0;
  for await (const chunk of store.read(uri)) lines += chunk.toString('utf8').split('\n').length - 1;
  return lines;
}
