import { ServiceError } from '@temporalio/client';

import { messageOf } from '../../domain/handler-error';
import { registrationCommand, SEARCH_ATTRIBUTES } from '../../domain/search-attributes';
import { missing, ok, unknown, type Check } from '../../preflight/check';
import { registeredSearchAttributes } from '../../preflight/registered-search-attributes';
import { CommandError, EXIT } from '../exit-code';
import { pollersOf, type TemporalSession } from '../temporal-session';
import { shellWord } from '../command-line';

/** Connects, and sees whether there is such a namespace. */
export async function checkTemporal(
  connect: () => Promise<TemporalSession>,
): Promise<{ readonly check: Check; readonly session: TemporalSession | null }> {
  const about = { name: 'temporal', subject: 'Temporal' } as const;
  let session: TemporalSession;
  try {
    session = await connect();
  } catch (error) {
    if (!(error instanceof CommandError) || error.exitCode !== EXIT.noAnswer) throw error;
    return { check: { ...unknown(about, error.message), isUnreached: true }, session: null };
  }
  const { address, namespace } = session.target;
  const there = { ...about, subject: `${address}, namespace ${namespace}` };
  try {
    await session.client.workflowService.describeNamespace({ namespace });
    return { check: ok(there, 'reached'), session };
  } catch (error) {
    return { check: namespaceCheck(there, namespace, error), session: null };
  }
}

/** gRPC's NOT_FOUND. */
const NOT_FOUND = 5;

function namespaceCheck(about: Pick<Check, 'name' | 'subject'>, namespace: string, error: unknown): Check {
  const { code, details, message } = (error instanceof ServiceError ? error.cause : error) as {
    readonly code?: unknown;
    readonly details?: string;
    readonly message?: string;
  };
  if (typeof code !== 'number') throw error;
  if (code === NOT_FOUND)
    return missing(
      about,
      'no such namespace',
      `temporal operator namespace create --namespace ${shellWord(namespace)}`,
    );
  return unknown(about, details ?? message ?? `gRPC code ${code}`);
}

/** Whether the namespace knows the search attributes of runs. */
export async function checkSearchAttributes({ client, target }: TemporalSession): Promise<Check> {
  const { namespace } = target;
  const about = { name: 'search-attributes', subject: `search attributes of ${namespace}` } as const;
  try {
    const known = await registeredSearchAttributes(client.connection.operatorService, namespace);
    const lacking = SEARCH_ATTRIBUTES.filter((name) => !known.includes(name));
    if (lacking.length === 0) return ok(about, 'registered');
    const message = `not registered as Keyword: ${lacking.join(', ')}. Runs go on without.`;
    return missing(about, message, registrationCommand(shellWord(namespace), lacking));
  } catch (error) {
    return unknown(about, messageOf(error));
  }
}

/** Whether workers ask for work of the task queue: for workflows and for activities. */
export async function checkPollers(session: TemporalSession, taskQueue: string): Promise<Check> {
  const about = { name: 'worker', subject: taskQueue } as const;
  const [workflows, activities] = await Promise.all([
    pollersOf(session, taskQueue, 'workflows'),
    pollersOf(session, taskQueue, 'activities'),
  ]);
  const remedy = `vertex-batch worker --task-queue ${shellWord(taskQueue)}`;
  if (activities.length === 0) return missing(about, 'no worker polls it', remedy);
  const count = activities.length === 1 ? '1 poller' : `${activities.length} pollers`;
  if (workflows.length > 0) return ok(about, count);
  return ok(about, `${count}, for activities only: right for a handler's own task queue, not for runs`);
}
