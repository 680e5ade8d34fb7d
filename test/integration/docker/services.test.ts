import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporal } from '../../../src/dev/find-temporal';
import { freePort } from '../../../src/dev/free-port';
import { projectRoot, readComposeFile, type ComposeService } from '../../support/compose-file';
import { startPlainProcess, type PlainProcess } from '../../support/plain-process';
import { waitFor } from '../../support/wait-for';

const { services } = readComposeFile();

/**
 * The services of docker-compose.yml as plain processes, in the order in which they wait for each other: the same
 * commands, environments and health checks, with ports, hosts and directories of this machine.
 */
describe('the services of the compose file, without containers', () => {
  let directory: string;
  let toThisMachine: (text: string) => string;
  const running = new Map<string, PlainProcess>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'compose-'));
    const { path } = await findTemporal();
    const [frontend, ui, emulator] = [await freePort(), await freePort(), await freePort()];
    const substitutions: readonly (readonly [RegExp, string])[] = [
      [/0\.0\.0\.0/g, '127.0.0.1'],
      [/\b(temporal|emulator):(?=\d)/g, '127.0.0.1:'],
      [/\/\/(temporal|emulator):/g, '//127.0.0.1:'],
      [/\b7233\b/g, String(frontend)],
      [/\b8233\b/g, String(ui)],
      [/\b8085\b/g, String(emulator)],
      [/^temporal$/, path],
      [/^node$/, process.execPath],
      [/^\/app\//, `${projectRoot}/`],
      [/^\/(home\/temporal|var\/lib\/vertex-batch)/, directory],
    ];
    toThisMachine = (text) => substitutions.reduce((result, [from, to]) => result.replace(from, to), text);
  });

  afterAll(async () => {
    await Promise.all([...running.values()].map((program) => program.end('SIGKILL')));
    rmSync(directory, { recursive: true, force: true });
  });

  function commandOf(service: ComposeService): string[] {
    const entrypoint = service.build === undefined ? ['temporal'] : ['node', '/app/dist/cli/main.js'];
    return [...entrypoint, ...service.command].map((word) => toThisMachine(word));
  }

  function environmentOf(service: ComposeService): Record<string, string> {
    const entries = Object.entries(service.environment ?? {});
    return Object.fromEntries(entries.map(([name, value]) => [name, toThisMachine(value)]));
  }

  async function isHealthy(service: ComposeService): Promise<boolean> {
    const [program = '', ...args] = service.healthcheck?.test.slice(1).map((word) => toThisMachine(word)) ?? [];
    const env = { PATH: dirname(process.execPath), HOME: directory, ...environmentOf(service) };
    await promisify(execFile)(program, args, { env });
    return true;
  }

  it.each(['temporal', 'emulator', 'worker'])('%s starts and becomes healthy', async (name) => {
    const service = services[name]!;
    const program = startPlainProcess(commandOf(service), environmentOf(service));
    running.set(name, program);
    const healthy = () => !program.isRunning() || isHealthy(service);
    await waitFor(healthy, { what: `${name} to be healthy: ${program.output()}`, timeoutMs: 40_000, intervalMs: 250 });
    expect(program.isRunning(), program.output()).toBe(true);
  });

  it('the worker’s health check fails where no worker of this machine polls', async () => {
    const elsewhere = { ...services['worker']!.environment, VERTEX_BATCH_TASK_QUEUE: 'nobody-polls-this' };
    await expect(isHealthy({ ...services['worker']!, environment: elsewhere })).rejects.toThrow('No worker of');
  });

  it.each(['worker', 'emulator', 'temporal'])('%s ends in order when the container is stopped', async (name) => {
    const program = running.get(name)!;
    expect([0, 143]).toContain(await program.end('SIGTERM'));
  });
});
