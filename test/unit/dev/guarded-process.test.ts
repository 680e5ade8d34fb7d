import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGuarded } from '../../../src/dev/guarded-process';
import { waitFor } from '../../support/wait-for';

const ENDLESS = ['-e', 'setInterval(() => {}, 1000)'];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a guarded process', () => {
  it('ends when it is asked to', async () => {
    const program = await startGuarded(process.execPath, ENDLESS);
    expect([program.isRunning(), isAlive(program.pid)]).toEqual([true, true]);
    await program.stop();
    expect([program.isRunning(), isAlive(program.pid)]).toEqual([false, false]);
  });

  it('ends at once when it is killed, and may be stopped once more', async () => {
    const program = await startGuarded(process.execPath, ENDLESS);
    await program.kill();
    expect(isAlive(program.pid)).toBe(false);
    await program.stop();
  });

  it('ends after its parent was killed without a chance to clean up', async () => {
    const fixture = join(__dirname, '../../support/fixtures/guarded-parent.ts');
    const parent = spawn(process.execPath, ['--import', 'tsx', fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await waitFor(() => !isAlive(pid), { what: 'the program of a killed parent to end' });
  });

  it('tells that it ended by itself, and what it said last', async () => {
    const program = await startGuarded(process.execPath, ['-e', 'console.error("no room"); process.exitCode = 1']);
    await program.ended;
    expect(program.isRunning()).toBe(false);
    await waitFor(() => program.lastOutput() === 'no room', { what: 'the last line of the program' });
  });

  it('names a program that can’t be started', async () => {
    await expect(startGuarded('/nowhere/temporal', [])).rejects.toThrow(/Cannot start \/nowhere\/temporal: .*ENOENT/);
  });
});
