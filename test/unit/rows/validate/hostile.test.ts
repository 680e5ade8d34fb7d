import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEmulator, type Emulator, type EmulatorServer, serveEmulator } from '../../../../src/emulator';
import { type HostileInput, type HostileReport, validateHostile } from '../../../support/validate-hostile';

const GOOD = `{"key":"p-1","request":{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}}\n`;
const MEGABYTE = 1_000_000;

interface Hostile {
  readonly content: readonly (string | Buffer)[];
  /** Megabytes of NULs behind it, which no disk and no memory holds. */
  readonly nuls?: number;
  readonly report: HostileReport;
  /** The most that it may take, in a process of its own: what other tests leave behind isn't in it. */
  readonly heldBytes?: number;
}

const args = (content: string) =>
  `{"key":"a","request":{"contents":[{"parts":[{"functionCall":{"name":"f","args":{${content}}}}]}]}}\n`;
const names = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}":1`);
const PROTO = GOOD.replace('"role"', '"__proto__":{"polluted":1},"constructor":1,"role"');
const UNKNOWN = GOOD.replace('"role"', '"x":0,"role"');

const INPUTS: Readonly<Record<string, () => Hostile>> = {
  'a line of 500 MB that never ends': () => ({
    content: [GOOD],
    nuls: 500,
    report: { errors: 1, found: ['2 line-too-long'] },
    heldBytes: 200 * MEGABYTE,
  }),
  'a million levels': () => ({
    content: [GOOD, `${'{"a":'.repeat(MEGABYTE)}1${'}'.repeat(MEGABYTE)}\n`, '['.repeat(MEGABYTE), '\n', GOOD],
    report: { errors: 2, found: ['2 nesting', '3 json'] },
  }),
  'a million names in one row': () => ({
    content: [GOOD, args(names(MEGABYTE).join(',')), GOOD],
    report: { errors: 1, found: ['2 too-many-names'] },
    // a row of 12 MB; parsed, it would take 500
    heldBytes: 350 * MEGABYTE,
  }),
  'a hundred thousand names, each in a row of its own': () => ({
    content: [...names(100_000).map(args), args('"empty":{}'), args('"two words":1'), UNKNOWN],
    report: { errors: 3, found: ['100001 import-empty', '100002 import-name', '100003 unknown-field'] },
  }),
  'NULs, alone, in a string and in great number': () => ({
    content: [GOOD, '\0\n', GOOD.replace('Hi', 'H\0i'), '\0'.repeat(5 * MEGABYTE), '\n', GOOD],
    report: { errors: 3, found: ['2 control-character', '3 control-character', '4 control-character'] },
  }),
  'names that objects have of themselves': () => ({
    content: [GOOD, PROTO, PROTO],
    report: { errors: 4, found: ['2 unknown-field', '2 unknown-field', '3 unknown-field', '3 unknown-field'] },
  }),
  'bytes of another kind of file': () => ({
    content: [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), Buffer.alloc(MEGABYTE, 0xff), '\n', GOOD],
    report: { errors: 1, found: ['1 gzip'] },
  }),
};

let folder: string;
let emulator: Emulator;
let server: EmulatorServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  emulator = createEmulator();
  emulator.blobs.createBucket('acme');
  server = await serveEmulator(emulator);
});

afterAll(async () => {
  await server.close();
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function asFile({ content, nuls = 0 }: Hostile): Promise<HostileInput> {
  const name = join(folder, 'hostile.jsonl');
  await writeFile(name, content);
  await truncate(name, (await stat(name)).size + nuls * MEGABYTE);
  return { readBy: 'validateInput', name };
}

async function asObject({ content, nuls = 0 }: Hostile, readBy: HostileInput['readBy']): Promise<HostileInput> {
  const { blobs } = emulator;
  const rows = await blobs.write('acme', 'content', bytesOf(content));
  const megabyte = await blobs.write('acme', 'nuls', bytesOf([Buffer.alloc(MEGABYTE)]));
  blobs.compose('acme', 'in/hostile.jsonl', [rows, ...Array.from({ length: nuls }, () => megabyte)]);
  return { readBy, name: 'gs://acme/in/hostile.jsonl', url: server.url };
}

async function* bytesOf(content: Hostile['content']): AsyncGenerator<Uint8Array> {
  for (const piece of content) yield Buffer.from(piece);
}

async function validateAlone(input: HostileInput): Promise<HostileReport & { heldBytes: number }> {
  const child = join(__dirname, '../../../support/fixtures/validation-memory.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, JSON.stringify(input)]);
  return JSON.parse(stdout) as HostileReport & { heldBytes: number };
}

/** Long enough for any of them on a machine that does other things besides; a bomb would take for ever. */
const BOUNDED = 60_000;

describe.each<[how: string, put: (hostile: Hostile) => Promise<HostileInput>]>([
  ['a file', asFile],
  ['an object', (hostile) => asObject(hostile, 'validateInput')],
  ['an object, in a run', (hostile) => asObject(hostile, 'activities of a run')],
])('input that means harm ends in a report, as %s', (_, put) => {
  test.each(Object.entries(INPUTS))('%s', { timeout: BOUNDED }, async (__, make) => {
    const hostile = make();
    const input = await put(hostile);
    if (hostile.heldBytes === undefined) {
      expect(await validateHostile(input)).toEqual(hostile.report);
      expect('polluted' in {}).toBe(false);
      return;
    }
    const { heldBytes, ...report } = await validateAlone(input);
    expect(report).toEqual(hostile.report);
    expect(heldBytes).toBeLessThan(hostile.heldBytes);
  });
});
