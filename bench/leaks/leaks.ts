import type { TemporalBenchmark } from '../benchmark';
import { atMost } from '../report';
import type { Held } from './held';
import { AT_A_TIME, heldAfterRuns, ROWS } from './held-after-runs';

const RUNS = { before: 100, after: 500 };

/** Whether a worker that has done many runs holds more than one that has done some. */
export const leaks: TemporalBenchmark = {
  kind: 'temporal',
  name: 'leaks',
  onRequest: true,
  serverArgs: ['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="5ms"'],
  run: async (world, say) => {
    const [before, after] = await heldAfterRuns(world, [RUNS.before, RUNS.after], say);
    return reportOf(before!, after!);
  },
};

function reportOf(before: Held, after: Held) {
  const counted = (label: string, name: keyof Held, unit: string, more: number) => ({
    label,
    unit,
    ours: after[name],
    baseline: before[name],
    target: atMost(before[name] + more, after[name]),
  });
  return {
    name: 'leaks',
    what: `What one worker process holds after ${RUNS.after} runs of ${ROWS} rows with a handler, ${AT_A_TIME} at a time: one in ten cancelled, lost answers, resets, cut reads and refused rows throughout. Idle for seven seconds, garbage collected.`,
    baseline: `the same process after ${RUNS.before} runs`,
    measurements: [
      counted('heap', 'heapMb', 'MB', 5),
      counted('buffers outside of it', 'externalMb', 'MB', 5),
      { label: 'resident set', unit: 'MB', ours: after.residentMb, baseline: before.residentMb },
      counted('active resources of Node', 'handles', '', 0),
      counted('of them sockets', 'sockets', '', 0),
      counted('of them timers', 'timers', '', 0),
      counted('file descriptors', 'files', '', 0),
      counted('threads', 'threads', '', 0),
    ],
    notes: ['The resident set holds what the allocators keep for later, so it has no target.'],
  };
}
