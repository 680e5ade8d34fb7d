import type { Logger } from '@temporalio/common';
import type { Attempt } from '../../src/activities/attempt';

export interface TestAttempt extends Attempt {
  readonly warnings: readonly string[];
  readonly beats: () => number;
  cancel(reason?: Error): void;
}

/** An attempt without Temporal, that can be cancelled and tells what was logged. */
export function testAttempt(): TestAttempt {
  const abort = new AbortController();
  const warnings: string[] = [];
  let beats = 0;
  return {
    signal: abort.signal,
    now: Date.now,
    waited: () => 0,
    log: silentLogger((message) => warnings.push(message)),
    heartbeat: () => {
      beats += 1;
    },
    warnings,
    beats: () => beats,
    cancel: (reason = new Error('cancelled')) => abort.abort(reason),
  };
}

function silentLogger(warn: (message: string) => void): Logger {
  const nothing = () => {};
  return { log: nothing, trace: nothing, debug: nothing, info: nothing, error: nothing, warn };
}
