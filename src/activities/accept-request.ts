import { handlerVersion, type Handlers } from '../define-handler';
import type { AcceptedRequest } from '../domain/accepted-request';
import { BatchError } from '../domain/batch-error';
import { dayOf, type PriceTable, priceOf } from '../domain/price-table';
import { runIdentity } from '../run-identity';
import { acceptRequest as check } from '../schemas/batch-request';
import { fingerprintOf } from '../schemas/request-fingerprint';
import type { AcceptedRun, AcceptRequestInput, FoundHandler } from './contract';
import { handlerOf } from './handler-of';

export interface AcceptContext {
  readonly handlers: Handlers;
  readonly namespace: string;
  readonly workflowId: string;
  readonly timing: AcceptedRun['timing'];
  readonly prices: PriceTable;
  /** Milliseconds since the epoch: a price may end on a day. */
  readonly now: number;
}

/**
 * Checks the request, finds the handler and says where the run keeps its things; nothing is read or written.
 * @throws {BatchError} `InvalidRequest` or `HandlerUnknown`
 */
export function acceptRequest(context: AcceptContext, input: AcceptRequestInput): AcceptedRun {
  const request = checked(input, context.workflowId);
  refuseUnknownCost(request, context);
  const { key, directory } = runIdentity({
    namespace: context.namespace,
    workflowId: context.workflowId,
    rerun: request.rerun,
    output: request.output,
  });
  refuseLongDirectory(directory);
  return {
    request,
    run: { key, directory, execution: input.execution },
    fingerprint: fingerprintOf(request),
    handler:
      request.handler === null ? null : { ...request.handler, ...foundHandler(context.handlers, request.handler.name) },
    timing: context.timing,
  };
}

/** A bound that nobody can keep is none. */
function refuseUnknownCost({ maxCostUsd, model }: AcceptedRequest, { prices, now }: AcceptContext): void {
  if (maxCostUsd === undefined || priceOf(prices, model, dayOf(now)) !== undefined) return;
  throw new BatchError(
    'InvalidRequest',
    `maxCostUsd needs a price, and the price table of ${prices.date} has none for ${model}; add it by --prices of the worker, or the option prices of its plugin, or leave maxCostUsd out, got ${maxCostUsd}`,
  );
}

/** Cloud Storage takes names of 1,024 bytes, and what a run and the service put below the directory needs its share. */
const LONGEST_DIRECTORY_BYTES = 700;

function refuseLongDirectory(directory: string): void {
  const bytes = Buffer.byteLength(directory);
  if (bytes <= LONGEST_DIRECTORY_BYTES) return;
  throw new BatchError(
    'InvalidRequest',
    `output and workflow id make a directory of ${bytes} bytes, at most ${LONGEST_DIRECTORY_BYTES} leave room for the names of its files; use shorter ones, got ${directory}`,
  );
}

function checked({ request, scheduledTime }: AcceptRequestInput, workflowId: string) {
  try {
    return check(request, workflowId, scheduledTime === undefined ? null : new Date(scheduledTime));
  } catch (error) {
    if (error instanceof TypeError) throw new BatchError('InvalidRequest', error.message, { cause: error });
    throw error;
  }
}

/** @throws {BatchError} `HandlerUnknown` */
export function foundHandler(handlers: Handlers, name: string): FoundHandler {
  const handler = handlerOf(handlers, name);
  return { name, version: handlerVersion(handler), hasSchema: handler.schema !== null };
}
