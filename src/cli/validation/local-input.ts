import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CommandError, EXIT } from '../exit-code';
import type { LocalFile } from './scratch-store';

/** Input as a person names it, sorted by where it lies. */
export interface GivenInput {
  readonly local: readonly LocalFile[];
  /** `gs://` objects and wildcards. */
  readonly remote: readonly string[];
  /** Deletes what was spooled from stdin. */
  dispose(): Promise<void>;
}

const STDIN_NAME = '<stdin>';

/**
 * Looks at paths and URIs; `-` is stdin, which is spooled to a file since its rows are read more than once.
 * @throws {CommandError} for what isn't there, isn't a file or can't be read by this version
 */
export async function givenInput(
  names: readonly string[],
  stdin: AsyncIterable<Buffer | string> | undefined,
): Promise<GivenInput> {
  const local: LocalFile[] = [];
  const remote: string[] = [];
  let spool: string | undefined;
  for (const name of names) {
    if (name.startsWith('gs://')) remote.push(name);
    else if (name.startsWith('bq://')) throw noTables(name);
    else if (name === '-' && stdin !== undefined) {
      spool ??= await mkdtemp(join(tmpdir(), 'vertex-batch-stdin-'));
      local.push(await spooled(join(spool, 'rows.jsonl'), stdin));
    } else local.push(await localFile(name));
  }
  return {
    local,
    remote,
    dispose: async () => {
      if (spool !== undefined) await rm(spool, { recursive: true, force: true });
    },
  };
}

async function spooled(path: string, stdin: AsyncIterable<Buffer | string>): Promise<LocalFile> {
  await pipeline(stdin, createWriteStream(path));
  return { uri: STDIN_NAME, path, size: (await stat(path)).size };
}

async function localFile(name: string): Promise<LocalFile> {
  const path = resolve(name);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return { uri: name, path, size: found.size };
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(name)?.[0];
  if (scheme !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `Input ${name}: ${scheme} can't be read; give gs://bucket/prompts.jsonl or a local file.`,
    );
  }
  const what = found === undefined ? "doesn't exist" : 'is a folder; name the files in it';
  throw new CommandError(EXIT.usage, `Input ${name} ${what} (looked for ${path}).`);
}

function noTables(name: string): CommandError {
  return new CommandError(
    EXIT.usage,
    `Input ${name} is a BigQuery table, which this version doesn't read; export it to gs:// as JSONL.`,
  );
}
