import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the keys of very many rows are kept. */
export interface KeysOnDisk {
  /** Made when it is needed. */
  readonly directory: string;
  /** Numbers of a column of one range that stay in memory, about. */
  readonly valuesInMemory: number;
}

/** Numbers of a column that stay in memory, of all ranges together. */
const VALUES_IN_MEMORY = 65_536;
/** Below that the many small writes cost more than they spare. */
const FEWEST_VALUES = 2048;

/** Names a directory for the keys of so many ranges, and deletes what is in it after the work. */
export async function withKeysOnDisk<Value>(
  ranges: number,
  work: (keys: KeysOnDisk) => Promise<Value>,
): Promise<Value> {
  const directory = join(tmpdir(), `vertex-batch-keys-${randomUUID()}`);
  const valuesInMemory = Math.max(FEWEST_VALUES, Math.floor(VALUES_IN_MEMORY / Math.max(1, ranges)));
  try {
    return await work({ directory, valuesInMemory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
