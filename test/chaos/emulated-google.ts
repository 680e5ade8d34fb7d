import { createEmulator, serveEmulator, type Emulator, type EmulatorServer } from '../../src/emulator';
import { callOf } from '../../src/emulator/calls';
import type { Call, Scenario } from '../../src/emulator/scenario';
import { EmulatedTables, PROMPT_COLUMNS } from '../support/emulated-tables';
import { fatefulModel, inputOf, inputUriOf, RUN_KINDS } from './run-kinds';

type Listener = (call: Call, count: number) => void;

/** Google's services on one port, made anew for each storm; tells of each call as it comes. */
export class EmulatedGoogle {
  readonly port: number;
  readonly #server: EmulatorServer;
  #emulator: Emulator;
  #counts = new Map<Call, number>();
  #listener: Listener = () => undefined;

  private constructor(server: EmulatorServer, emulator: Emulator) {
    this.#server = server;
    this.#emulator = emulator;
    this.port = Number(new URL(server.url).port);
  }

  static async open(): Promise<EmulatedGoogle> {
    const opened: { google?: EmulatedGoogle } = {};
    const fetch = (request: Request) => (opened.google as EmulatedGoogle).#answer(request);
    opened.google = new EmulatedGoogle(await serveEmulator({ fetch }), createEmulator());
    return opened.google;
  }

  get emulator(): Emulator {
    return this.#emulator;
  }

  /** Forgets everything but the runs' input. */
  async beginAnew(scenario: Scenario, seed: number, listener: Listener): Promise<void> {
    await this.#emulator.close();
    this.#emulator = createEmulator({ seed, answer: fatefulModel });
    await putInput(this.#emulator);
    this.#emulator.setScenario(scenario);
    this.#counts = new Map();
    this.#listener = listener;
  }

  /** How often a call has come since the storm began. */
  countOf(call: Call): number {
    return this.#counts.get(call) ?? 0;
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#emulator.close();
  }

  #answer(request: Request): Promise<Response> {
    const call = callOf(request.method, new URL(request.url));
    const count = this.countOf(call) + 1;
    this.#counts.set(call, count);
    this.#listener(call, count);
    return this.#emulator.fetch(request);
  }
}

async function putInput(emulator: Emulator): Promise<void> {
  const { blobs } = emulator;
  const tables = new EmulatedTables(emulator);
  for (const dataset of ['prompts', 'answers', 'loaded']) await tables.addDataset('chaos', dataset);
  blobs.createBucket('acme');
  for (const kind of RUN_KINDS) {
    const uri = inputUriOf(kind);
    if (uri.startsWith('bq://')) {
      const rows = inputOf(kind).map(({ key, request }, row) => [key, JSON.stringify(request), String(row)]);
      await tables.put(uri, { columns: PROMPT_COLUMNS, rows });
    } else {
      const lines = inputOf(kind).map((row) => `${JSON.stringify(row)}\n`);
      await blobs.write('acme', uri.replace('gs://acme/', ''), chunksOf(Buffer.from(lines.join(''))));
    }
  }
}

async function* chunksOf(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
