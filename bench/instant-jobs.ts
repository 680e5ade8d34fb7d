import type { ObjectStore } from '../src/gateways/object-store';
import { GatewayError } from '../src/gateways/gateway-error';
import type {
  NewVertexJob,
  VertexJob,
  VertexJobDescription,
  VertexJobs,
  VertexParent,
} from '../src/gateways/vertex-jobs';

/** A service in memory whose jobs have ended when they are created, with one output file a row. */
export class InstantJobs implements VertexJobs {
  readonly #store: ObjectStore;
  readonly #rows: number;
  readonly #jobs = new Map<string, VertexJob>();

  /** @param rows how many rows the input has */
  constructor(store: ObjectStore, rows: number) {
    this.#store = store;
    this.#rows = rows;
  }

  async create(parent: VertexParent, { inputUris, outputUri, ...job }: NewVertexJob): Promise<VertexJob> {
    const outputDirectory = `${outputUri.replace(/\/$/, '')}/prediction-model-2026`;
    let file = 0;
    for (const uri of inputUris) {
      for (const line of (await this.#textOf(uri)).split('\n').filter((text) => text !== '')) {
        file += 1;
        await this.#store.write(
          `${outputDirectory}/predictions_${String(file).padStart(4, '0')}.jsonl`,
          answered(line),
        );
      }
    }
    const now = new Date().toISOString();
    const created: VertexJob = {
      ...job,
      name: `projects/1/locations/${parent.location}/batchPredictionJobs/${this.#jobs.size + 1}`,
      state: 'JOB_STATE_SUCCEEDED',
      error: null,
      counts: { succeeded: this.#rows, failed: 0, incomplete: null },
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

  async #textOf(uri: string): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#store.read(uri)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }
}

function answered(line: string): string {
  const response = {
    candidates: [{ content: { role: 'model', parts: [{ text: 'As you say.' }] }, finishReason: 'STOP' }],
    modelVersion: 'gemini-2.5-flash',
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 },
  };
  return `${JSON.stringify({ ...(JSON.parse(line) as object), status: '', response })}\n`;
}
