import type { AcceptedRequest } from '../../domain/accepted-request';
import { validationOf } from '../../domain/accepted-validation';
import type { AdoptRequest, BatchRequest } from '../../messages';
import { givenOutput } from '../../schemas/request-output';

/** A request with every default filled in, as it could be sent: the way back from an accepted one. */
export function toBatchRequest(accepted: AcceptedRequest): BatchRequest | AdoptRequest {
  const {
    handler,
    keyField,
    minAnsweredShare,
    paused,
    deadlines,
    listingLagMs,
    adopt,
    input,
    output,
    outputTable,
    ...same
  } = accepted;
  return {
    ...same,
    ...givenOutput({ output, outputTable }),
    ...(adopt === undefined ? { input, validate: validationOf(accepted) } : adopted(adopt, input)),
    ...(keyField !== null && { keyField }),
    ...(handler !== null && {
      handler: { name: handler.name, ...(handler.taskQueue !== null && { taskQueue: handler.taskQueue }) },
    }),
    ...(minAnsweredShare !== null && { minAnsweredShare }),
    paused: { policy: paused.policy, deadline: durationOf(paused.deadlineMs) },
    deadlines: {
      queued: durationOf(deadlines.queuedMs),
      running: durationOf(deadlines.runningMs),
      cancelling: durationOf(deadlines.cancellingMs),
      run: durationOf(deadlines.runMs),
    },
    listingLag: durationOf(listingLagMs),
  };
}

/** Of an adopted job nothing is validated, and what it reads it knows itself. */
function adopted(adopt: AdoptRequest['adopt'], input: readonly string[]) {
  return { adopt, validate: undefined, ...(input.length > 0 && { input }) };
}

/** As Temporal writes durations, in the largest unit that loses nothing. */
function durationOf(milliseconds: number): string {
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const) {
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds}ms`;
}
