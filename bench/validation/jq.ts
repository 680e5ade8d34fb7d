import type { Measured } from '../contest/measured';
import { runProgram, runs } from '../contest/run-program';

const COUNT_ROWS = 'reduce (inputs | select(.request | has("contents"))) as $row (0; . + 1)';
/** GNU time says what a program itself doesn't. */
const TIME = ['/usr/bin/time', '-f', '%U %S %M'] as const;

/** Whether jq is on the PATH. */
export async function hasJq(): Promise<boolean> {
  return await runs('jq', ['--version']);
}

/** Every row parsed, and one field looked for. */
export async function countWithJq(path: string): Promise<Measured> {
  const jq = ['jq', '-n', COUNT_ROWS, path] as const;
  const [time, ...timeArgs] = TIME;
  const isTimed = await runs(time, [...timeArgs, 'true']);
  const [command, ...args] = isTimed ? [...TIME, ...jq] : jq;
  const { stdout, stderr, seconds } = await runProgram(command, args);
  return { seconds, ...(isTimed ? usageOf(stderr) : NOT_TOLD), loopDelayMs: null, rows: Number(stdout), errors: 0 };
}

const NOT_TOLD = { cpuSeconds: null, peakBytes: null };

function usageOf(words: string): Pick<Measured, 'cpuSeconds' | 'peakBytes'> {
  const [user = NaN, system = NaN, kilobytes = NaN] = words.trim().split(' ').map(Number);
  return { cpuSeconds: user + system, peakBytes: kilobytes * 1024 };
}
