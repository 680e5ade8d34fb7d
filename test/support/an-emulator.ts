import { createEmulator } from '../../src/emulator';
import type { Emulator, EmulatorOptions } from '../../src/emulator';

export interface JobJson {
  readonly name: string;
  readonly state: string;
  readonly createTime: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly updateTime: string;
  readonly model: string;
  readonly labels?: Record<string, string>;
  readonly error?: { code: number; message: string };
  readonly outputInfo?: { gcsOutputDirectory: string };
  readonly completionStats?: { successfulCount?: string; failedCount?: string; incompleteCount?: string };
  readonly [field: string]: unknown;
}

export interface OutputRow {
  readonly status: string;
  readonly processed_time: string;
  readonly request: Record<string, unknown>;
  readonly response: {
    readonly candidates?: readonly {
      readonly content?: { readonly parts: readonly Record<string, unknown>[]; readonly role: string };
      readonly finishReason: string;
    }[];
    readonly promptFeedback?: { readonly blockReason: string };
    readonly usageMetadata?: Record<string, number>;
  };
  readonly [field: string]: unknown;
}

export const PARENT = 'projects/acme/locations/us-central1';
export const MODEL = 'publishers/google/models/gemini-2.5-flash';

/** The body of a create call, sound but for what a test says. */
export function aJobBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    displayName: 'a job',
    model: MODEL,
    inputConfig: { instancesFormat: 'jsonl', gcsSource: { uris: ['gs://bucket/in.jsonl'] } },
    outputConfig: { predictionsFormat: 'jsonl', gcsDestination: { outputUriPrefix: 'gs://bucket/out' } },
    ...overrides,
  };
}

export function aRow(text: string, key = text): object {
  return { key, request: { contents: [{ role: 'user', parts: [{ text }] }] } };
}

export function someRows(count: number): object[] {
  return Array.from({ length: count }, (_, index) => aRow(`prompt ${index}`, `key-${index}`));
}

/** An emulator with a bucket, and the calls that tests make on it. Time stands still unless told otherwise. */
export class EmulatorBench {
  readonly emulator: Emulator;

  constructor(options: EmulatorOptions = {}) {
    this.emulator = createEmulator({ clock: 'stepped', ...options });
    this.emulator.blobs.createBucket('bucket');
  }

  async put(uri: string, rows: readonly (object | string)[]): Promise<void> {
    const lines = rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row)));
    await this.putBytes(uri, Buffer.from(lines.map((line) => `${line}\n`).join('')));
  }

  async putBytes(uri: string, bytes: Uint8Array): Promise<void> {
    const [bucket, name] = splitUri(uri);
    async function* content(): AsyncGenerator<Uint8Array> {
      yield bytes;
    }
    await this.emulator.blobs.write(bucket, name, content());
  }

  async text(uri: string): Promise<string> {
    const [bucket, name] = splitUri(uri);
    const blob = this.emulator.blobs.get(bucket, name);
    if (blob === undefined) throw new Error(`${uri} isn't there`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.emulator.blobs.read(blob)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  }

  /** All rows in the output files of the newest job. */
  async outputRows(): Promise<OutputRow[]> {
    const files = this.emulator.jobs().at(-1)?.outputFiles ?? [];
    const texts = await Promise.all(files.map((uri) => this.text(uri)));
    return texts
      .flatMap((text) => text.split('\n').filter((line) => line !== ''))
      .map((line) => JSON.parse(line) as OutputRow);
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const request = new Request(`http://emulator.test${path}`, {
      method,
      headers: { authorization: 'Bearer token', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return this.emulator.fetch(request);
  }

  async json<T = JobJson>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.call(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  create(overrides: Record<string, unknown> = {}, parent = PARENT): Promise<JobJson> {
    return this.json('POST', `/v1/${parent}/batchPredictionJobs`, aJobBody(overrides));
  }

  get(name: string): Promise<JobJson> {
    return this.json('GET', `/v1/${name}`);
  }

  /** The job that a run of these rows comes to. */
  async run(rows: readonly (object | string)[], overrides: Record<string, unknown> = {}): Promise<JobJson> {
    await this.put('gs://bucket/in.jsonl', rows);
    return this.runStored(overrides);
  }

  /** The job that a run of what lies at `gs://bucket/in.jsonl` comes to. */
  async runStored(overrides: Record<string, unknown> = {}): Promise<JobJson> {
    const { name } = await this.create(overrides);
    await this.emulator.advance(10_000);
    return this.get(name);
  }
}

function splitUri(uri: string): [bucket: string, name: string] {
  const [bucket = '', ...name] = uri.replace('gs://', '').split('/');
  return [bucket, name.join('/')];
}
