import { handlerVersion, type Handlers } from '../define-handler';
import { BatchError } from '../domain/batch-error';
import { runIdentity } from '../run-identity';
import { acceptRequest as check } from '../schemas/batch-request';
import { fingerprintOf } from '../schemas/request-fingerprint';
import type { AcceptedRun, AcceptRequestInput } from './contract';
import { handlerOf } from './handler-of';

export interface AcceptContext {
  readonly handlers: Handlers;
  readonly namespace: string;
  readonly workflowId: string;
  readonly timing: AcceptedRun['timing'];
}

/**
 * Checks the request, finds the handler and says where the run keeps its things; nothing is read or written.
 * @throws {BatchError} `InvalidRequest` or `HandlerUnknown`
 */
export function acceptRequest(context: AcceptContext, input: AcceptRequestInput): AcceptedRun {
  const request = checked(input.request, context.workflowId);
  const { key, directory } = runIdentity({
    namespace: context.namespace,
    workflowId: context.workflowId,
    rerun: request.rerun,
    output: request.output,
  });
  return {
    request,
    run: { key, directory, execution: input.execution },
    fingerprint: fingerprintOf(request),
    handler: request.handler === null ? null : found(context.handlers, request.handler),
    timing: context.timing,
  };
}

function checked(request: unknown, workflowId: string) {
  try {
    return check(request, workflowId);
  } catch (error) {
    if (error instanceof TypeError) throw new BatchError('InvalidRequest', error.message, { cause: error });
    throw error;
  }
}

function found(
  handlers: Handlers,
  asked: { readonly name: string; readonly taskQueue: string | null },
): AcceptedRun['handler'] {
  const handler = handlerOf(handlers, asked.name);
  return { ...asked, version: handlerVersion(handler), hasSchema: handler.schema !== null };
}
