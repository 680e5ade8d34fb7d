import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { findInput } from '../../src/collect/find-input';
import { findOutputDirectories, type OutputDirectory } from '../../src/collect/find-output-directories';
import { planInput } from '../../src/collect/plan-input';
import { withRangeThreads } from '../../src/collect/range-threads';
import { ObjectStoreFiles } from '../../src/gateways/object-store-files';
import { loadPartIndex } from '../../src/rows/part-index-stored';
import { planUri } from '../../src/rows/plan';
import { loadRequestHashes } from '../../src/rows/request-hashes';
import { generatedOutputs } from '../generated/generated-outputs';
import { generatedRows, type GeneratedRowsOptions } from '../generated/generated-rows';
import { type InputFile, writeInputFile } from '../generated/input-file';
import { quietAttempt } from '../programs/quiet-attempt';
import { stableHash } from '../programs/stable-request';

/** What ours needs to begin: the plan of the input, and one directory of outputs. */
export interface Preparation {
  readonly planUri: string;
  readonly outputs: OutputDirectory;
}

/** An input, what a job wrote for it, and what each side knows of the input before it is measured. */
export interface PreparedOutputs {
  readonly rows: number;
  readonly withKeys: { readonly path: string; readonly bytes: number; readonly prepared: Preparation };
  readonly withoutKeys: { readonly path: string; readonly bytes: number; readonly prepared: Preparation };
  /** Key, hash, file and line of each row, one a line. */
  readonly knownRows: string;
}

/** Writes everything into the directory. */
export async function prepareOutputs(
  directory: string,
  options: GeneratedRowsOptions,
  say: (line: string) => void,
): Promise<PreparedOutputs> {
  say(`writing ${options.rows} rows`);
  const input = await writeInputFile(join(directory, 'input.jsonl'), options);
  const knownRows = join(directory, 'known-rows.jsonl');
  await pipeline(Readable.from(knownRowsOf(input)), createWriteStream(knownRows));
  const paths = {
    withKeys: join(directory, 'with-keys/predictions.jsonl'),
    withoutKeys: join(directory, 'without-keys/predictions.jsonl'),
  };
  const store = new ObjectStoreFiles();
  const write = (path: string, member: 'withKey' | 'withoutKey') =>
    store.write(path, Readable.from(outputBlocks(options, member)) as AsyncIterable<Buffer>);
  say('writing what a job makes of them');
  await write(paths.withKeys, 'withKey');
  await write(paths.withoutKeys, 'withoutKey');
  say('planning the input');
  const planUriOfInput = await plan(store, directory, input);
  const prepared = async (path: string) => {
    const search = { store, signal: new AbortController().signal };
    const [outputs] = await findOutputDirectories(search, [path], `${directory}/plan/`);
    const file = outputs?.files[0];
    if (outputs === undefined || file === undefined) throw new Error(`${path} has no outputs`);
    return { path, bytes: file.size, prepared: { planUri: planUriOfInput, outputs } };
  };
  return {
    rows: input.rows,
    withKeys: await prepared(paths.withKeys),
    withoutKeys: await prepared(paths.withoutKeys),
    knownRows,
  };
}

async function plan(store: ObjectStoreFiles, directory: string, { path }: InputFile): Promise<string> {
  const attempt = quietAttempt();
  const run = { directory: `${directory}/plan/`, key: 'bench', execution: 'bench' };
  const sources = await findInput({ store, signal: attempt.signal }, [path]);
  const alone = { count: 1, endpoints: {}, onRead: () => {} };
  const planned = await withRangeThreads(store, alone, 0, attempt, (threads) =>
    planInput({ store, threads }, { run, sources, keyField: null }, attempt),
  );
  await loadRequestHashes(store, planned, 1, await loadPartIndex(store, planned, 1), attempt);
  return planUri(run);
}

async function* knownRowsOf({ path }: InputFile): AsyncGenerator<string> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    const { key, request } = JSON.parse(text) as { readonly key: string; readonly request: unknown };
    yield `${JSON.stringify({ key, hash: stableHash(request), uri: path, line })}\n`;
  }
}

function* outputBlocks(options: GeneratedRowsOptions, member: 'withKey' | 'withoutKey'): Generator<Buffer> {
  let pending: string[] = [];
  for (const line of generatedOutputs(generatedRows(options), options.seed)) {
    if (pending.push(line[member]) < 200) continue;
    yield Buffer.from(pending.join(''));
    pending = [];
  }
  yield Buffer.from(pending.join(''));
}
