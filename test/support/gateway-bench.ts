import { GoogleAuth, UserRefreshClient } from 'google-auth-library';
import { createEmulator, serveEmulator, type Emulator, type EmulatorServer, type FaultRule } from '../../src/emulator';
import { EmulatorClock } from '../../src/emulator/clock';
import { answerWithFault, FaultTable } from '../../src/emulator/faults';
import type { Access } from '../../src/gateways/access';
import { AccessRest } from '../../src/gateways/access-rest';
import { AccessTokensFixed, AccessTokensGoogle } from '../../src/gateways/access-tokens-google';
import type { LoadJobs, NewLoadJob } from '../../src/gateways/load-jobs';
import { LoadJobsRest } from '../../src/gateways/load-jobs-rest';
import type { ObjectStore } from '../../src/gateways/object-store';
import { ObjectStoreGcs } from '../../src/gateways/object-store-gcs';
import type { TableStore } from '../../src/gateways/table-store';
import { TableStoreRest } from '../../src/gateways/table-store-rest';
import type { VertexJobs } from '../../src/gateways/vertex-jobs';
import { VertexJobsRest } from '../../src/gateways/vertex-jobs-rest';
import { EmulatedTables } from './emulated-tables';
import { PLANTED } from './fault-table';
import { aNewJob } from './vertex-jobs-contract';
import { waitFor } from './wait-for';

export type BenchGateway = 'jobs' | 'objects' | 'tables' | 'loads' | 'access' | 'tokens';

/** A call of a gateway, and how the service tells it from others. */
interface BenchCall {
  readonly meets: Pick<FaultRule, 'call' | 'path' | 'skip'>;
  readonly run: () => Promise<unknown>;
}

const PARENT = { project: 'acme', location: 'us-central1' };
const CHUNK = 256 * 1024;
const ONCE = { ifGenerationMatch: 0 } as const;
const SOURCE = 'gs://acme/source';
const DATASET = 'bq://acme.d';
const TABLE = 'bq://acme.d.prompts';
const COLUMNS = [{ name: 'n', type: 'INTEGER', mode: 'NULLABLE' }] as const;
const TARGET = 'gs://acme/target';
/** Jobs stay pending until they are cancelled. */
const CALM = { durations: { JOB_STATE_PENDING: 3_600_000 }, cancel: { ms: 1 } } as const;

/** The gateways against a real server that misbehaves in the call that a test makes. */
export class GatewayBench {
  readonly emulator: Emulator;
  readonly #server: EmulatorServer;
  readonly #tokenService: TokenService;
  readonly #jobs: VertexJobsRest;
  readonly #store: ObjectStoreGcs;
  readonly #tables: TableStoreRest;
  readonly #loads: LoadJobsRest;
  readonly #access: AccessRest;
  readonly #timeoutMs: number;

  /** @param patienceMs for how long a gateway waits for an answer, or a byte of it */
  static async open(patienceMs: number): Promise<GatewayBench> {
    const emulator = createEmulator();
    emulator.blobs.createBucket('acme');
    emulator.setScenario(CALM);
    const tokenService = await TokenService.open(patienceMs / 4);
    const server = await serveEmulator({ fetch: async (request) => withPlantedText(await emulator.fetch(request)) });
    return new GatewayBench(emulator, server, tokenService, patienceMs);
  }

  private constructor(emulator: Emulator, server: EmulatorServer, tokenService: TokenService, patienceMs: number) {
    this.emulator = emulator;
    this.#server = server;
    this.#tokenService = tokenService;
    this.#timeoutMs = patienceMs;
    this.#jobs = new VertexJobsRest({ tokens: new AccessTokensFixed(), endpoint: server.url });
    const patience = { idleMs: patienceMs, retries: 2, retryDelayMs: 1 };
    this.#store = new ObjectStoreGcs({ apiEndpoint: server.url, chunkBytes: CHUNK, ...patience });
    const { retries, retryDelayMs } = patience;
    this.#tables = new TableStoreRest({ tokens: new AccessTokensFixed(), endpoint: server.url, retries, retryDelayMs });
    this.#loads = new LoadJobsRest({ tokens: new AccessTokensFixed(), endpoint: server.url });
    this.#access = new AccessRest({
      tokens: new AccessTokensFixed(),
      endpoint: server.url,
      storageEndpoint: server.url,
      bigqueryEndpoint: server.url,
    });
  }

  /** Every call of a gateway, with what it needs in place. */
  async calls(gateway: BenchGateway): Promise<Readonly<Record<string, BenchCall>>> {
    if (gateway === 'jobs') return this.#callsOfJobs();
    if (gateway === 'tables') return this.#callsOfTables();
    if (gateway === 'loads') return this.#callsOfLoads();
    if (gateway === 'access') return this.#callsOfAccess();
    return gateway === 'objects' ? this.#callsOfObjects() : this.#callsOfTokens();
  }

  async #callsOfJobs(): Promise<Readonly<Record<string, BenchCall>>> {
    const jobs = this.#jobs;
    const options = { timeoutMs: this.#timeoutMs };
    const { name } = await jobs.create(PARENT, aNewJob());
    const ended = await jobs.create(PARENT, aNewJob());
    await jobs.cancel(ended.name);
    const isOver = async () => (await jobs.get(ended.name)).state === 'JOB_STATE_CANCELLED';
    await waitFor(isOver, { what: 'the end of a job' });
    return {
      create: { meets: { call: 'create' }, run: () => jobs.create(PARENT, aNewJob(), options) },
      get: { meets: { call: 'get' }, run: () => jobs.get(name, options) },
      describe: { meets: { call: 'get' }, run: () => jobs.describe(name, options) },
      list: { meets: { call: 'list' }, run: () => drained(jobs.list(PARENT, '', options)) },
      cancel: { meets: { call: 'cancel' }, run: () => jobs.cancel(name, options) },
      delete: { meets: { call: 'delete' }, run: () => jobs.delete(ended.name, options) },
    } satisfies Record<keyof VertexJobs, BenchCall>;
  }

  async #callsOfObjects(): Promise<Readonly<Record<string, BenchCall>>> {
    const store = this.#store;
    const source = await new ObjectStoreGcs({ apiEndpoint: this.#server.url }).write(SOURCE, 'a line\n');
    const large = [Buffer.alloc(CHUNK, 'x'), Buffer.alloc(CHUNK, 'y')];
    const inChunks = () => store.write(TARGET, asContent(large), ONCE);
    return {
      find: { meets: { call: 'storage.get' }, run: () => store.find(SOURCE) },
      list: { meets: { call: 'storage.list' }, run: () => drained(store.list('gs://acme/')) },
      read: { meets: { call: 'storage.read' }, run: () => drained(store.read(SOURCE)) },
      write: { meets: { call: 'storage.write' }, run: () => store.write(TARGET, 'x') },
      'write once': { meets: { call: 'storage.write' }, run: () => store.write(TARGET, 'x', ONCE) },
      'open an upload': { meets: { call: 'storage.write' }, run: inChunks },
      'send a chunk': { meets: { call: 'storage.write', skip: 1 }, run: inChunks },
      compose: {
        meets: { call: 'storage.write', path: '/compose' },
        run: () => store.compose([source, source], TARGET, ONCE),
      },
      copy: { meets: { call: 'storage.write', path: '/rewriteTo/' }, run: () => store.copy(source, TARGET, ONCE) },
      delete: { meets: { call: 'storage.delete' }, run: () => store.delete(SOURCE) },
    } satisfies Record<keyof ObjectStore | 'write once' | 'open an upload' | 'send a chunk', BenchCall>;
  }

  async #callsOfTables(): Promise<Readonly<Record<string, BenchCall>>> {
    const tables = this.#tables;
    const options = { timeoutMs: this.#timeoutMs };
    const emulated = new EmulatedTables(this.emulator);
    await emulated.addDataset('acme', 'd');
    await emulated.put(TABLE, { columns: COLUMNS, rows: [['1'], ['2']] });
    const found = await tables.find(TABLE);
    return {
      find: { meets: { call: 'bigquery.get' }, run: () => tables.find(TABLE, options) },
      findDataset: { meets: { call: 'bigquery.get' }, run: () => tables.findDataset(DATASET, options) },
      readRows: {
        meets: { call: 'bigquery.read' },
        run: () => drained(tables.readRows(TABLE, { from: 0, to: 2, ...options })),
      },
      readLines: {
        meets: { call: 'bigquery.read' },
        run: () => drained(tables.readLines(found!, [{ from: 0, to: 2 }], options)),
      },
    } satisfies Record<keyof TableStore, BenchCall>;
  }

  async #callsOfLoads(): Promise<Readonly<Record<string, BenchCall>>> {
    const loads = this.#loads;
    const options = { timeoutMs: this.#timeoutMs };
    await new EmulatedTables(this.emulator).addDataset('acme', 'd');
    await this.#store.write(SOURCE, '{"n":1}\n');
    await loads.begin(aLoad('standing'));
    return {
      begin: { meets: { call: 'bigquery.load' }, run: () => loads.begin(aLoad('new'), options) },
      find: { meets: { call: 'bigquery.job' }, run: () => loads.find(aLoad('standing'), options) },
    } satisfies Record<keyof LoadJobs, BenchCall>;
  }

  async #callsOfAccess(): Promise<Readonly<Record<string, BenchCall>>> {
    const access = this.#access;
    const options = { timeoutMs: this.#timeoutMs };
    const asked = ['some.permission'];
    const model = 'publishers/google/models/gemini-2.5-flash';
    const emulated = new EmulatedTables(this.emulator);
    await emulated.addDataset('acme', 'd');
    await emulated.put(TABLE, { columns: COLUMNS, rows: [] });
    return {
      projectPermissions: {
        meets: { call: 'project' },
        run: () => access.projectPermissions('acme', asked, options),
      },
      bucketPermissions: {
        meets: { call: 'storage.other' },
        run: () => access.bucketPermissions('acme', asked, options),
      },
      tablePermissions: {
        meets: { call: 'bigquery.other' },
        run: () => access.tablePermissions(TABLE, asked, options),
      },
      projectPolicy: { meets: { call: 'project' }, run: () => access.projectPolicy('acme', options) },
      bucketPolicy: { meets: { call: 'storage.other' }, run: () => access.bucketPolicy('acme', options) },
      datasetPolicy: { meets: { call: 'bigquery.get' }, run: () => access.datasetPolicy(DATASET, options) },
      projectNumber: { meets: { call: 'project' }, run: () => access.projectNumber('acme', options) },
      bucket: { meets: { call: 'storage.other' }, run: () => access.bucket('acme', options) },
      findModel: { meets: { call: 'model' }, run: () => access.findModel(PARENT, model, options) },
    } satisfies Record<keyof Access, BenchCall>;
  }

  /** A token is asked for by a call that needs one. */
  #callsOfTokens(): Readonly<Record<string, BenchCall>> {
    const jobs = new VertexJobsRest({
      tokens: this.#tokenService.tokens,
      fetch: async () => Response.json({ name: 'projects/1/locations/global/batchPredictionJobs/9' }),
    });
    const get = () => jobs.get('projects/1/locations/global/batchPredictionJobs/9', { timeoutMs: this.#timeoutMs });
    return { getAccessToken: { meets: { call: '*' }, run: get } };
  }

  /** From now on, and for so many calls. */
  break(meets: BenchCall['meets'], fault: FaultRule['fault'], times: number): void {
    const faults = [{ ...meets, fault, times }];
    this.emulator.setScenario({ ...CALM, faults });
    this.#tokenService.faults = new FaultTable(faults);
  }

  async close(): Promise<void> {
    await Promise.all([this.emulator.close(), this.#tokenService.close()]);
    await this.#server.close();
  }
}

/** What `oauth2.googleapis.com` is to the credentials of a user. */
class TokenService {
  faults = new FaultTable([]);
  readonly tokens: AccessTokensGoogle;
  readonly #clock = new EmulatorClock();
  readonly #closed = new AbortController();
  readonly #server: EmulatorServer;

  static async open(timeoutMs: number): Promise<TokenService> {
    let service: TokenService | undefined;
    const server = await serveEmulator({ fetch: (request) => service!.#answer(request) });
    service = new TokenService(server, timeoutMs);
    return service;
  }

  private constructor(server: EmulatorServer, timeoutMs: number) {
    this.#server = server;
    const where = { endpoints: { oauth2TokenUrl: `${server.url}/token` }, transporterOptions: { timeout: timeoutMs } };
    const authClient = new UserRefreshClient({ clientId: 'me', clientSecret: 's', refreshToken: 'r', ...where });
    this.tokens = new AccessTokensGoogle(() => new GoogleAuth({ authClient }));
  }

  async #answer(request: Request): Promise<Response> {
    const carryOut = async () => Response.json({ access_token: PLANTED, expires_in: 3600 });
    const fault = this.faults.take('unknown', '/token');
    if (!fault) return carryOut();
    const context = { request, clock: this.#clock, closed: this.#closed.signal, carryOut };
    return withPlantedText(await answerWithFault(fault, context));
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#clock.close();
    await this.#server.close();
  }
}

/** A proxy's page shows what it likes, a request's own headers for one. */
async function withPlantedText(answer: Response): Promise<Response> {
  if (!answer.headers.get('content-type')?.startsWith('text/html')) return answer;
  return new Response(`<!--${PLANTED}-->${await answer.text()}`, answer);
}

function aLoad(id: string): NewLoadJob {
  return { ...PARENT, id, sourceUris: [SOURCE], table: `${TABLE}_${id}`, columns: COLUMNS };
}

async function drained<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function* asContent(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}
