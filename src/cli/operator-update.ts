import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { VertexBatchRun } from '../client';
import type { Invocation } from './command-line';
import { CommandError, EXIT } from './exit-code';
import { isPolled } from './temporal-session';

const LONGEST_WAIT_MS = 60_000;

/**
 * Sends an operator's answer and waits until the run has taken it. An update that no worker has taken isn't durable, so
 * none is sent where nobody polls.
 * @throws {CommandError} with the run's own words when it refuses, or when nobody took it
 */
export async function answerByUpdate<Answer>(
  { connect }: Invocation,
  id: string,
  send: (run: VertexBatchRun) => Promise<Answer>,
): Promise<Answer> {
  const session = await connect();
  const run = session.batches.run(id);
  const { execution, taskQueue } = await run.status();
  if (execution !== 'RUNNING')
    throw new CommandError(EXIT.usage, `${id} has closed (${execution.toLowerCase()}); there is nothing to answer.`);
  if (!(await isPolled(session, taskQueue))) {
    throw new CommandError(
      EXIT.noAnswer,
      `No worker polls ${taskQueue}, and only a worker can take this. Nothing was sent; start a worker and try again.`,
    );
  }
  try {
    return await session.client.connection.withDeadline(Date.now() + LONGEST_WAIT_MS, () => send(run));
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new CommandError(EXIT.usage, `${id} refuses: ${reason}`, { cause: error });
  }
}
