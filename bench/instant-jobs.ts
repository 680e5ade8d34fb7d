import type { ObjectStore } from '../src/gateways/object-store';
import { GatewayError } from '../src/gateways/gateway-error';
import type {
  NewVertexJob,
  VertexJob,
  VertexJobDescription,
  VertexJobs,
  VertexParent,
} from '../src/gateways/vertex-jobs';

/** What a job does when it is created; gives the number of its rows. */
export type JobRun = (inputUris: readonly string[], outputDirectory: string) => Promise<number>;

/** A service in memory whose jobs have ended when they are created. */
export class InstantJobs implements VertexJobs {
  readonly #run: JobRun;
  readonly #jobs = new Map<string, VertexJob>();

  constructor(run: JobRun) {
    this.#run = run;
  }

  async create(parent: VertexParent, { inputUris, outputUri, ...job }: NewVertexJob): Promise<VertexJob> {
    const outputDirectory = `${outputUri.replace(/\/$/, '')}/prediction-model-2026`;
    const rows = await this.#run(inputUris, outputDirectory);
    const now = new Date().toISOString();
    const created: VertexJob = {
      ...job,
      name: `projects/1/locations/${parent.location}/batchPredictionJobs/${this.#jobs.size + 1}`,
      state: 'JOB_STATE_SUCCEEDED',
      error: null,
      counts: { succeeded: rows, failed: 0, incomplete: null },
      outputDirectory,
      createTime: now,
      startTime: now,
      endTime: now,
      updateTime: now,
    };
    this.#jobs.set(created.name, created);
    return created;
  }

  async get(name: string): Promise<VertexJob> {
    const job = this.#jobs.get(name);
    if (job === undefined) throw new GatewayError('not-found', `There is no job ${name}`);
    return job;
  }

  async describe(name: string): Promise<VertexJobDescription> {
    return { ...(await this.get(name)), inputUris: [], outputUri: null };
  }

  async *list(): AsyncIterable<VertexJob> {
    yield* this.#jobs.values();
  }

  async cancel(name: string): Promise<void> {
    throw new GatewayError('precondition', `${name} has ended`);
  }

  async delete(name: string): Promise<void> {
    this.#jobs.delete(name);
  }
}

/** Answers each row of the input in an output file of its own. */
export function answersInFiles(store: ObjectStore): JobRun {
  return async (inputUris, outputDirectory) => {
    let rows = 0;
    for (const uri of inputUris) {
      for (const line of (await textOf(store, uri)).split('\n').filter((text) => text !== '')) {
        rows += 1;
        const name = `predictions_${String(rows).padStart(4, '0')}.jsonl`;
        await store.write(`${outputDirectory}/${name}`, answered(line));
      }
    }
    return rows;
  };
}

async function textOf(store: ObjectStore, uri: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(uri)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function answered(line: string): string {
  const response = {
    candidates: [{ content: { role: 'model', parts: [{ text: 'As you say.' }] }, finishReason: 'STOP' }],
    modelVersion: 'gemini-2.5-flash',
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 },
  };
  return `${JSON.stringify({ ...(JSON.parse(line) as object), status: '', response })}\n`;
}
