import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { serverCacheDirectory, withLock } from '../../src/dev/server-cache';

const execute = promisify(execFile);
const FIXTURES = join(__dirname, '../consumers');
const MARKER = 'installed.txt';
const INSTALL_MS = 9 * 60_000;
const RUN_MS = 2 * 60_000;

export interface ProjectOptions {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Our package's tarball; without it the project holds tools only. */
  readonly tarball?: string;
  /** @default npm */
  readonly install?: readonly string[];
}

/**
 * Somebody's project with our package in it. What it depends on is installed once per user; one process at a time has the
 * project, until it is closed.
 */
export class ConsumerProject {
  readonly directory: string;
  readonly #release: () => Promise<void>;

  private constructor(directory: string, release: () => Promise<void>) {
    this.directory = directory;
    this.#release = release;
  }

  static async open(options: ProjectOptions): Promise<ConsumerProject> {
    const { name, dependencies, install = NPM_INSTALL } = options;
    const key = createHash('sha256').update(JSON.stringify([dependencies, install, process.version]));
    const consumers = join(dirname(serverCacheDirectory()), 'consumers');
    const directory = join(consumers, `${name}-${key.digest('hex').slice(0, 12)}`);
    const project = new ConsumerProject(directory, await hold(directory));
    try {
      await project.#install(options, install);
    } catch (error) {
      await project.close();
      throw error;
    }
    return project;
  }

  /** Puts the files of `test/consumers/<fixtures>`, one over the other, into a fresh folder of the project. */
  async add(folder: string, fixtures: readonly string[] = [folder]): Promise<void> {
    await rm(join(this.directory, folder), { recursive: true, force: true });
    for (const fixture of fixtures) {
      await cp(join(FIXTURES, fixture), join(this.directory, folder), { recursive: true });
    }
  }

  /** Runs a program of the project under this Node or another; gives what it printed. Throws that when it didn't end with 0. */
  async run(args: readonly string[], { node = process.execPath, env = {} } = {}): Promise<string> {
    const { output, failure } = await this.#execute(
      [node, ...args],
      { PATH: process.env['PATH'] ?? '', ...env },
      RUN_MS,
    );
    if (failure !== undefined) throw new Error(`${args.join(' ')} ${failure}:\n${output}`);
    return output;
  }

  /** The problems that TypeScript finds in a folder, and those in other packages' declarations left out. */
  async compile(folder: string): Promise<string[]> {
    const { output } = await this.#execute(
      [process.execPath, 'node_modules/typescript/bin/tsc', '-p', folder],
      {},
      RUN_MS,
    );
    const errors = output.split('\n').filter((line) => /(^|: )error TS\d+: /.test(line));
    return errors.filter((line) => !/^node_modules\/(?!temporal-vertex-batch\/)/.test(line));
  }

  close(): Promise<void> {
    return this.#release();
  }

  async #install({ name, dependencies, tarball }: ProjectOptions, install: readonly string[]): Promise<void> {
    const installed = tarball === undefined ? 'tools' : basename(tarball);
    const marker = join(this.directory, MARKER);
    if (existsSync(marker) && (await readFile(marker, 'utf8')) === installed) return;
    await rm(marker, { force: true });
    await mkdir(this.directory, { recursive: true });
    const ours = tarball === undefined ? {} : { 'temporal-vertex-batch': `file:${tarball}` };
    const manifest = { name, private: true, dependencies: { ...dependencies, ...ours } };
    await writeFile(join(this.directory, 'package.json'), JSON.stringify(manifest));
    const { output, failure } = await this.#execute(install, process.env, INSTALL_MS);
    if (failure !== undefined) throw new Error(`${install.join(' ')} ${failure}:\n${output}`);
    await writeFile(marker, installed);
  }

  async #execute(
    [program = '', ...args]: readonly string[],
    env: NodeJS.ProcessEnv,
    timeout: number,
  ): Promise<{ output: string; failure?: string }> {
    try {
      const { stdout, stderr } = await execute(program, args, {
        cwd: this.directory,
        env,
        timeout,
        killSignal: 'SIGKILL',
        maxBuffer: 2 ** 26,
      });
      return { output: `${stdout}${stderr}` };
    } catch (error) {
      const {
        stdout = '',
        stderr = '',
        code,
        killed,
      } = error as Partial<Record<'stdout' | 'stderr', string>> & {
        code?: number | string;
        killed?: boolean;
      };
      const failure = killed === true ? `didn't end within ${timeout / 1000} s` : `ended with ${String(code)}`;
      return { output: `${stdout}${stderr}`, failure };
    }
  }
}

const NPM_INSTALL = [
  'npm',
  'install',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  '--ignore-scripts',
  '--loglevel=error',
];

/** Takes the lock of a directory and gives the function that lets it go. */
async function hold(directory: string): Promise<() => Promise<void>> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return await new Promise((resolve, reject) => {
    const held = withLock(
      directory,
      () => {},
      () => {
        resolve(async () => {
          release();
          await held;
        });
        return released;
      },
    );
    held.catch(reject);
  });
}
