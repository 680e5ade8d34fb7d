import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  collectOutputs,
  type Collected,
  type CollectProgress,
  type CollectRequest,
} from '../../src/collect/collect-outputs';
import type { CollectThreads } from '../../src/collect/range-threads';
import type { ObjectStore } from '../../src/gateways/object-store';
import { objectStoreAnywhere } from '../../src/gateways/object-store-anywhere';
import { MemoryObjectStore } from '../../src/gateways/object-store-memory';
import { TableStoreMemory } from '../../src/gateways/table-store-memory';
import { LIST_PRICES } from '../../src/schemas/price-table';
import { testAttempt, type TestAttempt } from './attempt';

export interface CollectOptions {
  /** What is seen of the store. @default the store itself */
  readonly through?: (store: ObjectStore) => ObjectStore;
  readonly attempt?: TestAttempt;
  readonly threads?: CollectThreads;
  readonly onPhase?: (progress: CollectProgress) => void;
}

const ONE_THREAD: CollectThreads = { count: 1, endpoints: {}, onRead: () => {} };

/** A directory of this machine, a bucket, and what is collected in them. */
export class CollectBench {
  readonly bucket = new MemoryObjectStore();
  readonly tables = new TableStoreMemory();
  readonly store: ObjectStore = objectStoreAnywhere({ remote: () => this.bucket });
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async open(): Promise<CollectBench> {
    return new CollectBench(await mkdtemp(join(tmpdir(), 'collect-')));
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Writes lines, to `gs://` or below the directory; gives the place. */
  async put(name: string, lines: readonly (string | object)[]): Promise<string> {
    const content = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
    return this.putText(name, content);
  }

  async putText(name: string, content: string): Promise<string> {
    if (name.startsWith('gs://')) {
      await this.bucket.write(name, content);
      return name;
    }
    const path = this.path(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async collect(request: Partial<CollectRequest>, options: CollectOptions = {}): Promise<Collected> {
    const { through = (store: ObjectStore) => store, attempt = testAttempt(), threads = ONE_THREAD } = options;
    const whole = { outputs: [this.path('out')], input: [this.path('in.jsonl')], to: this.path('to'), keyField: null };
    const gateways = { store: through(this.store), tables: () => this.tables, prices: LIST_PRICES, threads };
    return collectOutputs(gateways, { ...whole, ...request }, attempt, options.onPhase);
  }

  /** Rows of the result files that the manifest names. */
  async results({ result }: Collected): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for await (const { uri } of this.store.list(result.results.uri)) rows.push(...(await this.rows(uri)));
    return rows;
  }

  async rows(uri: string | null): Promise<Record<string, unknown>[]> {
    if (uri === null) return [];
    const pieces: Buffer[] = [];
    for await (const piece of this.store.read(uri)) pieces.push(piece);
    const lines = Buffer.concat(pieces).toString().split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Files below a directory of this machine, sorted. */
  async files(name: string): Promise<string[]> {
    const found = await readdir(this.path(name), { recursive: true, withFileTypes: true }).catch(() => []);
    return found.filter((entry) => entry.isFile()).map(({ name: file }) => file);
  }

  async text(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }
}
