import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inScratchDirectory, moveIntoPlace, serverCacheDirectory, withLock } from './server-cache';
import { runQuietly } from './run-quietly';

/** A program of a Go module in `tools`, whose every source is pinned by hash in `go.sum`. */
export interface GoTool {
  /** Folder of the module. */
  readonly module: 'servers' | 'bigquery';
  /** File name of the program, without the suffix of the platform. */
  readonly name: string;
  /** Go import path of its main package. */
  readonly packagePath: string;
  /** Go module that carries its version. */
  readonly modulePath: string;
  /** Arguments with which a sound binary exits with code 0. */
  readonly checkArguments: readonly string[];
  /** Roughly how long the first build takes, for the person who waits. */
  readonly firstBuild: string;
}

const TOOLS = join(__dirname, '..', '..', 'tools');

/** Where the built tool lies or will lie, or `undefined` outside a checkout. */
export function builtToolPath(tool: GoTool): string | undefined {
  const goMod = join(TOOLS, tool.module, 'go.mod');
  if (!existsSync(goMod)) return undefined;
  const version = toolVersion(readFileSync(goMod, 'utf8'), tool);
  return join(serverCacheDirectory(), `${tool.name}-${version}`, executableName(tool.name));
}

function toolVersion(goMod: string, { module: folder, modulePath }: GoTool): string {
  for (const line of goMod.split('\n')) {
    const [module, version] = line.trim().split(/\s+/);
    if (module === modulePath && version !== undefined) return version.replace(/^v/, '');
  }
  throw new Error(`tools/${folder}/go.mod requires no ${modulePath}. Add it with "go get -tool ${modulePath}".`);
}

/** File name of a program on this platform. */
export function executableName(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** Builds the tool once per user and version, and gives its path; whoever comes second waits for the first. */
export async function buildGoTool(tool: GoTool, onProgress: (line: string) => void): Promise<string> {
  const target = builtToolPath(tool);
  if (target === undefined) throw new Error('a build needs a checkout of temporal-vertex-batch (tools)');
  await runQuietly('go', ['version'], {}).catch(() => {
    throw new Error('a build needs Go 1.21 or later on the PATH');
  });
  const onWait = () => onProgress(`waiting for another process that builds ${tool.name}`);
  return withLock(target, onWait, async () => {
    if (existsSync(target)) return target;
    onProgress(`building ${tool.name} once, about ${tool.firstBuild} …`);
    await inScratchDirectory(target, async (directory) => {
      const binary = join(directory, executableName(tool.name));
      await compile(tool, binary);
      await runQuietly(binary, tool.checkArguments, {});
      await moveIntoPlace(binary, target);
    });
    return target;
  });
}

async function compile({ module: folder, packagePath }: GoTool, binary: string): Promise<void> {
  await runQuietly('go', ['build', '-ldflags', '-s -w', '-o', binary, packagePath], {
    cwd: join(TOOLS, folder),
    env: { ...process.env, CGO_ENABLED: '0' },
  });
}
