import { Storage } from '@google-cloud/storage';
import type { Bucket } from '@google-cloud/storage';
import { beforeAll, beforeEach, describe, it } from 'vitest';

import { storageChecks } from './storage-checks';

export interface StorageUnderTest {
  readonly name: string;
  /** Known once the server runs, hence a function. */
  readonly apiEndpoint: () => string;
  /** Names of checks that this server is known to fail; one that begins to pass is reported. @default none */
  readonly knownGaps?: readonly string[];
  /** Why there is no such server; the suite is then skipped, and says so. */
  readonly missing?: string | undefined;
}

/** What a server has to do for Google's own client, whoever the server is. */
export function describeStorage({ name, apiEndpoint, knownGaps = [], missing }: StorageUnderTest): void {
  const title = missing === undefined ? '' : ` (skipped: ${missing})`;
  describe.skipIf(missing !== undefined)(`${name}, used by @google-cloud/storage,${title}`, () => {
    let storage: Storage;
    let bucket: Bucket;
    let buckets = 0;

    beforeAll(() => {
      storage = new Storage({ apiEndpoint: apiEndpoint(), projectId: 'acme', retryOptions: { maxRetries: 1 } });
    });
    beforeEach(async () => {
      buckets += 1;
      [bucket] = await storage.createBucket(`suite-${process.pid}-${buckets}`);
    });

    for (const [sentence, check] of Object.entries(storageChecks)) {
      const run = knownGaps.includes(sentence) ? it.fails : it;
      run(sentence, () => check(bucket));
    }
  });
}
