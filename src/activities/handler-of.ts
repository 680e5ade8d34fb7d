import type { Handler, Handlers } from '../define-handler';
import { BatchError } from '../domain/batch-error';

/**
 * The worker's handler of that name.
 * @throws {BatchError} `HandlerUnknown`, naming those it has
 */
export function handlerOf(handlers: Handlers, name: string): Handler {
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler !== undefined) return handler;
  const names = Object.keys(handlers);
  const has = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  throw new BatchError(
    'HandlerUnknown',
    `This worker has no handler ${JSON.stringify(name)}; ${has}. Deploy a worker that has it.`,
  );
}
