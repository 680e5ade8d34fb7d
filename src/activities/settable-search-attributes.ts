import { Context } from '@temporalio/activity';
import { messageOf } from '../domain/handler-error';
import { registrationCommand, SEARCH_ATTRIBUTES, type SearchAttribute } from '../domain/search-attributes';
import { registeredSearchAttributes } from '../preflight/registered-search-attributes';

const PATIENCE_MS = 10_000;

/**
 * Which search attributes a run may set. One that the namespace doesn't know would stop the run, so it is left out and the worker's
 * log says how to register it. A server that doesn't tell is trusted to know all of them.
 */
export async function settableSearchAttributes(): Promise<readonly SearchAttribute[]> {
  const { client, info, log } = Context.current();
  const namespace = info.workflowNamespace ?? 'default';
  try {
    const known = await client.withAbortSignal(AbortSignal.timeout(PATIENCE_MS), () =>
      registeredSearchAttributes(client.connection.operatorService, namespace),
    );
    const missing = SEARCH_ATTRIBUTES.filter((name) => !known.includes(name));
    if (missing.length > 0)
      log.warn(`Search attributes aren't registered, and not set. Run: ${registrationCommand(namespace, missing)}`);
    return known;
  } catch (error) {
    log.warn(`Cannot tell which search attributes the namespace knows: ${messageOf(error)}`);
    return SEARCH_ATTRIBUTES;
  }
}
