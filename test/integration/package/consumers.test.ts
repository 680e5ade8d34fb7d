import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ConsumerProject } from '../../support/consumer-project';
import { packedPackage } from '../../support/packed-package';
import { temporalPackages } from '../../support/temporal-packages';

const DEPENDENCIES = {
  ...temporalPackages('1.24.0'),
  '@types/node': '^20',
  jest: '^29',
  // the hint of the README: without it npm leaves several copies, and histories can't be read from JSON
  protobufjs: '^8.7.1',
  typescript: '~5.6',
  zod: '^4',
};
const OTHER_NODES = ['22', '24'];
const DONE = 'the batch is done';

let project: ConsumerProject;
let nodes: ConsumerProject;

beforeAll(async () => {
  const tarball = await packedPackage();
  project = await ConsumerProject.open({ name: 'npm', dependencies: DEPENDENCIES, tarball });
  nodes = await ConsumerProject.open({
    name: 'nodes',
    dependencies: Object.fromEntries(
      OTHER_NODES.map((version) => [`node-${version}`, `npm:node-${process.platform}-${process.arch}@${version}`]),
    ),
  });
}, 600_000);

afterAll(async () => {
  await project?.close();
  await nodes?.close();
});

function environment() {
  return { TEMPORAL_ADDRESS: inject('temporalAddress'), TASK_QUEUE: `consumer-${randomUUID().slice(0, 8)}` };
}

function otherNode(version: string): string {
  return join(nodes.directory, `node_modules/node-${version}/bin/node`);
}

describe('a project that installs the package', { timeout: 180_000 }, () => {
  it('compiles as CommonJS with TypeScript 5.6, and there a misspelt handler does not; then it runs', async () => {
    await project.add('commonjs-ts', ['typescript', 'typescript-commonjs']);
    expect(await project.compile('commonjs-ts')).toEqual([
      expect.stringMatching(
        /^commonjs-ts\/misspelt\.ts\(13,5\): error TS2820: Type '"saveSumary"' is not assignable .*Did you mean '"saveSummary"'\?$/,
      ),
    ]);
    expect(await project.run(['commonjs-ts/built/main.js'], { env: environment() })).toContain(DONE);
  });

  it('compiles as an ES module with module nodenext, and runs', async () => {
    await project.add('nodenext-ts', ['typescript', 'typescript-nodenext']);
    expect(await project.compile('nodenext-ts')).toEqual([]);
    expect(await project.run(['nodenext-ts/built/main.js'], { env: environment() })).toContain(DONE);
  });

  it('runs as an ES module in plain JavaScript', async () => {
    await project.add('esm');
    expect(await project.run(['esm/main.js'], { env: environment() })).toContain(DONE);
  });

  it('runs as CommonJS in plain JavaScript, and its history replays from JSON', async () => {
    await project.add('commonjs');
    const env = environment();
    expect(await project.run(['commonjs/main.js'], { env })).toContain(DONE);
    expect(await project.run(['commonjs/replay.js', `${env.TASK_QUEUE}-run`], { env })).toContain(
      'the history replays',
    );
  });

  it('tests its handlers and its batch with Jest 29', async () => {
    await project.add('jest');
    const env = environment();
    expect(await project.run(['node_modules/jest/bin/jest.js', '--rootDir', 'jest'], { env })).toContain('2 passed');
  });

  it.each(OTHER_NODES)('runs under Node %s, as an ES module and as CommonJS', async (version) => {
    const node = otherNode(version);
    expect(await project.run(['--version'], { node })).toMatch(new RegExp(`^v${version}\\.`));
    await project.add('esm');
    await project.add('commonjs');
    expect(await project.run(['esm/main.js'], { node, env: environment() })).toContain(DONE);
    expect(await project.run(['commonjs/main.js'], { node, env: environment() })).toContain(DONE);
  });

  it('is told by its worker which line is missing when it forgets to export the workflows', async () => {
    await project.add('esm');
    await project.add('commonjs');
    const files = ['esm/workflows.js', 'esm/forgotten.js', 'commonjs/workflows.js', 'commonjs/forgotten.js'];
    const paths = files.map((file) => join(project.directory, file));
    const output = await project.run(['commonjs/start-workers.js', ...paths], { env: environment() });
    const starts = JSON.parse(/^\[\{.*$/m.exec(output)?.[0] ?? '[]') as { file: string; outcome: string }[];
    expect(starts).toHaveLength(2 * files.length);
    const [remembered, forgotten] = [true, false].map((exported) =>
      starts.filter(({ file }) => file.endsWith('workflows.js') === exported).map(({ outcome }) => outcome),
    );
    expect(remembered).toEqual(remembered?.map(() => 'started'));
    const missingLine = expect.stringContaining("export * from 'temporal-vertex-batch/workflows';") as string;
    expect(forgotten).toEqual(forgotten?.map(() => missingLine));
  });
});
