import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, expect, it } from 'vitest';

const MEGABYTE = 1024 * 1024;
const directory = mkdtempSync(join(tmpdir(), 'storage-memory-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('an object of 300 MB passes through the store on disk in a heap of 64 MB', async () => {
  const child = join(__dirname, '../../support/fixtures/large-object-round-trip.ts');
  const options = ['--max-old-space-size=64', '--import', 'tsx', child, directory, String(300 * MEGABYTE)];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const { received, heapUsed, external } = JSON.parse(stdout) as Record<string, number>;
  expect(received).toBe(300 * MEGABYTE);
  expect(heapUsed).toBeLessThan(48 * MEGABYTE);
  expect(external).toBeLessThan(128 * MEGABYTE);
});
