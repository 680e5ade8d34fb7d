import type { JobOutputs, ProcessedRecord } from '../../src/rows/records';
import type { BatchWorld } from './batch-world';

/** What of a run's fan-out needn't be done again, as the records in the bucket have it. */
export interface CommittedWork {
  /** Output files of the job all of whose rows are collected. */
  readonly collected: readonly string[];
  /** Keys of the rows that the handler `note` is done with. */
  readonly processed: ReadonlySet<string>;
}

/** Of a world with one run. Its outputs must be small: each file is one range. */
export async function committedWork(world: BatchWorld): Promise<CommittedWork> {
  const names = [...world.emulator.blobs.list('acme', 'out/')].map(({ name }) => name);
  return { collected: await collectedFiles(world, names), processed: await processedKeys(world, names) };
}

async function collectedFiles(world: BatchWorld, names: readonly string[]): Promise<string[]> {
  const collected: string[] = [];
  for (const name of names) {
    const [, round = '', range = ''] = /^(.*\/work\/.*\/)range-(\d+)\.json$/.exec(name) ?? [];
    if (round === '') continue;
    const outputs = JSON.parse(await world.read(`gs://acme/${round}outputs.json`)) as JobOutputs;
    const file = outputs.ranges[Number(range)]?.file ?? -1;
    collected.push(outputs.files[file]?.uri ?? 'none');
  }
  return collected;
}

async function processedKeys(world: BatchWorld, names: readonly string[]): Promise<Set<string>> {
  const ends = new Map<string, number>();
  for (const name of names) {
    const [, file = ''] = /\/processed\/note\/([0-9a-f]{8}-\d+)\/\d+-\d+\/at-\d+\.json$/.exec(name) ?? [];
    if (file === '') continue;
    const { to } = JSON.parse(await world.read(`gs://acme/${name}`)) as ProcessedRecord;
    ends.set(file, Math.max(to, ends.get(file) ?? 0));
  }
  const keys = new Set<string>();
  for (const blob of world.emulator.blobs.list('acme', 'out/')) {
    const end = ends.get(`${blob.crc32c.toString(16).padStart(8, '0')}-${blob.size}`);
    if (end === undefined || !blob.name.includes('/results/')) continue;
    const before = Buffer.from(await world.read(`gs://acme/${blob.name}`)).subarray(0, end);
    for (const line of before.toString().split('\n').slice(0, -1)) keys.add((JSON.parse(line) as { key: string }).key);
  }
  return keys;
}
