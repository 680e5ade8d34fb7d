import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Measured, Verdict } from '../contest/measured';

const LOOP_SAMPLE_MS = 5;

/** Does the work and prints what it took as one line of JSON; modules are loaded by then. */
export async function printMeasured(work: () => Promise<Verdict> | Verdict): Promise<void> {
  const loop = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  loop.enable();
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const verdict = await work();
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  loop.disable();
  const measured: Measured = {
    ...verdict,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: peakMemory(),
    // the histogram holds the time from one sample to the next
    loopDelayMs: Math.max(0, loop.percentile(99) / 1e6 - LOOP_SAMPLE_MS),
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
}

/** Linux counts what the parent had before `exec` into `maxRSS`, but not into the high-water mark of the process. */
function peakMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
