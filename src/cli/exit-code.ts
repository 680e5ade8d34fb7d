import type { BatchOutcome } from '../messages';

/** What the process says when it ends. */
export const EXIT = {
  done: 0,
  /** The run failed or was cancelled; validation found errors. */
  failed: 1,
  /** Usage, configuration, unknown id; nothing was done. */
  usage: 2,
  partial: 3,
  /** Temporal, a worker or Google unreachable, or the result of an open run. */
  noAnswer: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(outcome: BatchOutcome, allowPartial: boolean): ExitCode {
  if (outcome === 'succeeded') return EXIT.done;
  if (outcome === 'partial') return allowPartial ? EXIT.done : EXIT.partial;
  return EXIT.failed;
}

/** A command ends with this message and exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
