import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CliProcess } from '../support/cli-process';
import { listeningAddresses } from '../support/listening-addresses';

/** Whether somebody listens there. */
function isServed(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function portsIn(text: string): number[] {
  return [...new Set([...text.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)))];
}

describe('npm run demo', () => {
  it('accounts for every row, and leaves no process behind', { timeout: 180_000 }, async () => {
    const demo = new CliProcess('scripts/demo.ts', [], {});
    const { exitCode, stdout, stderr } = await demo.ended();
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const [, input] = /missing · of (\d+)/.exec(stdout) ?? [];
    expect(Number(input)).toBeGreaterThan(300);
    expect(stdout).toMatch(/RUNNING +█/);
    expect(stdout).toMatch(/answered · 5 blocked · 3 failed · 0 missing/);
    expect(stdout).toContain('round 2');
    expect(stdout).toMatch(/\/namespaces\/default\/workflows\/demo%2Freadmes-/);
    expect(portsIn(stdout)).toHaveLength(3);
    expect(await Promise.all(portsIn(stdout).map(isServed))).toEqual([false, false, false]);
  });

  it('refuses a time that is none', async () => {
    const { exitCode, stderr } = await new CliProcess('scripts/demo.ts', ['--minutes', 'three'], {}).ended();
    expect(stderr).toContain('--minutes must be a number above 0');
    expect(exitCode).toBe(2);
  });
});

describe('vertex-batch dev', () => {
  it('gives all that a run needs, and ends all of it with Ctrl-C', { timeout: 180_000 }, async () => {
    const dev = new CliProcess('src/cli/main.ts', ['dev', '--json'], {});
    await dev.says('ready', 90_000);
    const [{ ready }] = dev.lines() as [{ ready: { environment: Record<string, string> } }];
    const row = { key: 'a', request: { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] } };
    const validate = new CliProcess(
      'src/cli/main.ts',
      ['validate', '-'],
      ready.environment,
      `${JSON.stringify(row)}\n`,
    );
    expect(await validate.ended()).toMatchObject({ exitCode: 0 });
    const list = new CliProcess('src/cli/main.ts', ['list', '--json'], ready.environment);
    expect(await list.ended()).toMatchObject({ exitCode: 0, stdout: '[]\n' });

    if (process.platform === 'linux') {
      const addresses = listeningAddresses(dev.child.pid ?? 0);
      expect(addresses.length).toBeGreaterThanOrEqual(3);
      expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']));
    }

    dev.interrupt();
    const { exitCode, stdout } = await dev.ended();
    expect(exitCode).toBe(0);
    expect(dev.lines().at(-1)).toEqual({ result: null });
    expect(await Promise.all(portsIn(stdout).map(isServed))).not.toContain(true);
  });
});
