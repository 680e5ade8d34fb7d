import { join, relative, sep } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '../../..');
const kilobytes = 1024;

interface Bundle {
  /** Bytes of code, without the source map that follows it and that no isolate parses. */
  readonly size: number;
  /** The files in it, from the root of the project. */
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

async function bundle(workflows: string): Promise<Bundle> {
  const logger = new DefaultLogger('ERROR');
  const { code } = await bundleWorkflowCode({ workflowsPath: join(root, workflows), logger });
  const mapAt = code.lastIndexOf('//# sourceMappingURL=');
  const map = JSON.parse(Buffer.from(code.slice(code.indexOf('base64,', mapAt) + 7), 'base64').toString()) as {
    sources: string[];
  };
  const files = map.sources.map((source) => relative(root, source).split(sep).join('/'));
  const packages = files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  return { size: mapAt, files, packages: [...new Set(packages)].toSorted() };
}

describe('the workflow bundle', () => {
  let ours: Bundle;
  let smallest: Bundle;

  beforeAll(async () => {
    ours = await bundle('src/workflows/index.ts');
    smallest = await bundle('test/support/fixtures/greeting-workflow.ts');
  });

  it('holds workflows, domain and messages, and nothing else of ours', () => {
    const folders = ours.files.filter((file) => file.startsWith('src/')).flatMap((file) => file.split(/[/.]/)[1] ?? []);
    expect([...new Set(folders)].toSorted()).toEqual(['domain', 'messages', 'workflows']);
  });

  it('holds no package that the smallest workflow doesn’t hold as well', () => {
    expect(ours.packages).toEqual(smallest.packages);
  });

  it('is little larger than the smallest workflow’s, since every isolate loads it', () => {
    // A table of prices or rules that slipped in would weigh more than what is left here, comments included.
    expect(ours.size - smallest.size).toBeLessThan(280 * kilobytes);
  });
});
