import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildGoTool, builtToolPath, executableName, type GoTool } from './build-go-tool';
import { downloadTemporal, downloadedTemporalPath } from './download-temporal';
import { runQuietly } from './run-quietly';

/** Temporal's command line with its development server: a program that answered `--version`. */
export interface TemporalProgram {
  readonly path: string;
  readonly source: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' | 'download' | 'build';
  /** What `temporal --version` printed. */
  readonly version: string;
}

/** Temporal's command line as `tools/servers` pins it. */
const TEMPORAL_TOOL: GoTool = {
  module: 'servers',
  name: 'temporal',
  packagePath: 'github.com/temporalio/cli/cmd/temporal',
  modulePath: 'github.com/temporalio/cli',
  checkArguments: ['--version'],
  firstBuild: '3 minutes',
};

/**
 * Finds Temporal's command line, or gets it: `TEMPORAL_CLI_PATH`, the PATH, this user's cache, the SDK's download, a Go
 * build in a checkout. Where none works, one error names what was tried and the three ways to get one.
 */
export async function findTemporal(onProgress: (line: string) => void = toStderr): Promise<TemporalProgram> {
  const named = process.env['TEMPORAL_CLI_PATH'];
  if (named) return checked(named, 'TEMPORAL_CLI_PATH');
  const onPath = searchPath(executableName('temporal'));
  if (onPath !== undefined) return checked(onPath, 'PATH');
  const cached = [builtToolPath(TEMPORAL_TOOL), downloadedTemporalPath()].find((path) => path && existsSync(path));
  if (cached !== undefined) return checked(cached, 'cache');

  const failures: string[] = [];
  for (const [source, get] of [
    ['download', () => downloadTemporal(onProgress)],
    ['build', () => buildGoTool(TEMPORAL_TOOL, onProgress)],
  ] as const) {
    try {
      return await checked(await get(), source);
    } catch (error) {
      failures.push(`${source}: ${(error as Error).message}`);
    }
  }
  throw new Error(noTemporal(failures));
}

async function checked(path: string, source: TemporalProgram['source']): Promise<TemporalProgram> {
  try {
    return { path, source, version: (await runQuietly(path, ['--version'], {})).trim() };
  } catch (error) {
    const where = source === 'TEMPORAL_CLI_PATH' ? `TEMPORAL_CLI_PATH=${path}` : `${path} (from ${source})`;
    throw new Error(`${where} doesn't run: it must be Temporal's command line. ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function searchPath(name: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

function noTemporal(failures: readonly string[]): string {
  return [
    'No Temporal server at hand. Any of these three gives one:',
    '  1. TEMPORAL_ADDRESS=host:port of a server that runs',
    "  2. Temporal's command line on the PATH, or TEMPORAL_CLI_PATH=/path/to/temporal",
    "  3. a network that reaches the SDK's download, or in a checkout Go 1.21 or later and its module proxy",
    'Tried:',
    ...failures.map((failure) => `  ${failure.replaceAll('\n', '\n    ')}`),
  ].join('\n');
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
