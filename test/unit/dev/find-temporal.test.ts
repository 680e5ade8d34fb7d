import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTemporal, startTemporalServer } from '../../../src/dev/temporal-server';

describe('finding Temporal', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'find-temporal-'));
    vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
    vi.stubEnv('PATH', join(directory, 'bin'));
    vi.stubEnv('TEMPORAL_CLI_PATH', '');
    vi.stubEnv('TEMPORAL_ADDRESS', '');
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:1');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  });

  function program(name: string, script: string): string {
    const path = join(directory, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('takes the program that TEMPORAL_CLI_PATH names', async () => {
    const path = program('cli', 'echo temporal version 1.2.3');
    vi.stubEnv('TEMPORAL_CLI_PATH', path);
    expect(await findTemporal()).toEqual({ path, source: 'TEMPORAL_CLI_PATH', version: 'temporal version 1.2.3' });
  });

  it('takes temporal on the PATH', async () => {
    vi.stubEnv('PATH', directory);
    const path = program('temporal', 'echo temporal version 1.2.3');
    expect(await findTemporal()).toMatchObject({ path, source: 'PATH' });
  });

  it('doesn’t look elsewhere when the named program doesn’t run', async () => {
    const path = program('cli', 'echo not today; exit 3');
    vi.stubEnv('TEMPORAL_CLI_PATH', path);
    await expect(findTemporal()).rejects.toThrow(/TEMPORAL_CLI_PATH=.*cli doesn't run[^]*ended with 3[^]*not today/);
  });

  it('says the three ways to get a server where there is none', async () => {
    const said: string[] = [];
    const failure = await findTemporal((line) => said.push(line)).catch((error: Error) => error.message);
    expect(failure).toContain('1. TEMPORAL_ADDRESS=');
    expect(failure).toContain("2. Temporal's command line on the PATH");
    expect(failure).toContain("3. a network that reaches the SDK's download");
    expect(failure).toContain('build: a build needs Go');
    expect(said).toEqual(["downloading Temporal's server once …"]);
  });

  it('starts nothing where TEMPORAL_ADDRESS names a server', async () => {
    vi.stubEnv('TEMPORAL_ADDRESS', 'temporal.example:7233');
    const server = await startTemporalServer();
    expect(server).toMatchObject({ address: 'temporal.example:7233' });
    expect(server.pid).toBeUndefined();
    await server.stop();
  });
});
