import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ConsumerProject, type ProjectOptions } from '../../support/consumer-project';
import { packedPackage } from '../../support/packed-package';
import { temporalPackages } from '../../support/temporal-packages';

const opened: ConsumerProject[] = [];
let tarball: string;

beforeAll(async () => {
  tarball = await packedPackage();
}, 300_000);

afterEach(async () => {
  for (const project of opened.splice(0)) await project.close();
});

async function open(options: ProjectOptions): Promise<ConsumerProject> {
  const project = await ConsumerProject.open(options);
  opened.push(project);
  return project;
}

function environment() {
  return { TEMPORAL_ADDRESS: inject('temporalAddress'), TASK_QUEUE: `consumer-${randomUUID().slice(0, 8)}` };
}

describe('the package installs', { timeout: 600_000 }, () => {
  it('with pnpm, which shows a package nothing but what it declares', async () => {
    const tools = await open({ name: 'pnpm-itself', dependencies: { pnpm: '^10' } });
    const pnpm = join(tools.directory, 'node_modules/pnpm/bin/pnpm.cjs');
    const project = await open({
      name: 'pnpm',
      dependencies: temporalPackages('1.24.0'),
      tarball,
      install: [process.execPath, pnpm, 'install', '--prefer-offline', '--no-lockfile', '--ignore-scripts'],
    });
    expect(existsSync(join(project.directory, 'node_modules/.pnpm'))).toBe(true);
    await project.add('esm');
    expect(await project.run(['esm/main.js'], { env: environment() })).toContain('the batch is done');
  });

  it('beside the lowest version of Temporal that it names', async () => {
    const project = await open({ name: 'lowest-peers', dependencies: temporalPackages('1.21.0'), tarball });
    await project.add('commonjs');
    expect(await project.run(['commonjs/main.js'], { env: environment() })).toContain('the batch is done');
  });

  it('without a worker, for an application that only starts runs, or checks input', async () => {
    const project = await open({
      name: 'client-only',
      dependencies: temporalPackages('1.24.0', ['client', 'common']),
      tarball,
    });
    await project.add('client-only');
    expect(await project.run(['client-only/main.js'], { env: environment() })).toContain('no worker was loaded');
    await project.add('input-only');
    expect(await project.run(['input-only/main.js'])).toContain('nothing of Temporal was loaded');
  });
});
