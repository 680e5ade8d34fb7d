import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedFile, packedFiles, packedPackage } from '../../support/packed-package';

const run = promisify(execFile);
const bin = (name: string) => resolve(__dirname, `../../../node_modules/.bin/${name}`);
const MEBIBYTE = 2 ** 20;

let tarball: string;
let files: string[];

beforeAll(async () => {
  tarball = await packedPackage();
  files = await packedFiles(tarball);
}, 300_000);

describe('the packed package', { timeout: 120_000 }, () => {
  it('holds what was built, the sources that its maps name, and nothing else', () => {
    const roots = new Set(files.map((file) => file.replace(/\/.*/, '')));
    roots.delete('README.md');
    expect(roots).toEqual(new Set(['LICENSE', 'dist', 'package.json', 'src']));
    expect(files.filter((file) => /\.test\.|fixtures|consumers|\.tgz$/.test(file))).toEqual([]);
  });

  it('has no TypeScript beside JavaScript, which bundlers would prefer', () => {
    const built = files.filter((file) => file.startsWith('dist/'));
    expect(built.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    expect(files.filter((file) => file.startsWith('src/') && !/\.(ts|json)$/.test(file))).toEqual([]);
  });

  it('has the source that each map names', () => {
    const sources = new Set(files.filter((file) => file.startsWith('src/')));
    const mapped = files.filter((file) => file.endsWith('.js.map'));
    expect(mapped.map((file) => file.replace(/^dist/, 'src').replace(/\.js\.map$/, '.ts'))).toSatisfy(
      (names: string[]) => names.every((name) => sources.has(name)),
    );
  });

  it('has every file that its exports, typesVersions and bin name', async () => {
    const manifest = JSON.parse(await packedFile(tarball, 'package.json')) as object;
    const named = pathsIn(
      Object.entries(manifest).filter(([field]) => ['exports', 'typesVersions', 'bin'].includes(field)),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('starts its command line by Node', async () => {
    expect(await packedFile(tarball, 'dist/cli/main.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('stays small', async () => {
    expect((await stat(tarball)).size).toBeLessThan(1.75 * MEBIBYTE);
  });

  it('has a JSON Schema of the request that describes every field and judges requests', async () => {
    const schema = JSON.parse(await packedFile(tarball, 'dist/request.schema.json')) as {
      $schema: string;
      properties: Record<string, { description?: string }>;
    };
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    const undescribed = Object.entries(schema.properties).filter(([, { description }]) => !description);
    expect(undescribed.map(([field]) => field)).toEqual([]);
    const isRequest = new Ajv2020({ strict: false }).compile(schema);
    const request = {
      project: 'acme',
      location: 'global',
      model: 'gemini-2.5-flash',
      input: ['gs://acme/in/*.jsonl'],
      output: 'gs://acme/out/',
      handler: { name: 'saveSummary', taskQueue: 'other' },
      labels: { stage: 'prod' },
    };
    expect(isRequest(request), JSON.stringify(isRequest.errors)).toBe(true);
    expect(isRequest({ ...request, modle: 'gemini-2.5-pro' })).toBe(false);
    expect(isRequest({ ...request, project: undefined })).toBe(false);
  });

  it('has nothing that publint or attw would change', async () => {
    expect((await run(bin('publint'), ['run', tarball, '--strict'])).stdout).toContain('All good!');
    const { stdout } = await run(bin('attw'), [tarball, '--profile', 'strict', '--format', 'ascii']);
    expect(stdout).toContain('No problems found');
  });
});

function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^(\.\/)?dist\//.test(value) ? [value.replace(/^\.\//, '')] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}
