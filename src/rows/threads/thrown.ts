import { BatchError } from '../../domain/batch-error';
import { messageOf } from '../../domain/handler-error';
import { GatewayError, type GatewayErrorDetails, type GatewayErrorKind } from '../../gateways/gateway-error';
import type { BatchReasonType } from '../../messages';

/** What was thrown, on its way to another thread: a copy of an error has its words and its trace, not its class. */
export interface Thrown {
  readonly error: unknown;
  readonly made:
    | { readonly class: 'batch'; readonly type: BatchReasonType }
    | { readonly class: 'gateway'; readonly kind: GatewayErrorKind; readonly details: GatewayErrorDetails }
    | null;
}

export function toThrown(error: unknown): Thrown {
  return { error: copyOf(error), made: madeOf(error) };
}

/** As it was thrown; the copy, which has its trace, is the cause of an error of ours. */
export function fromThrown({ error, made }: Thrown): unknown {
  if (made === null) return error;
  const message = messageOf(error);
  return made.class === 'batch'
    ? new BatchError(made.type, message, { cause: error })
    : new GatewayError(made.kind, message, { ...made.details, cause: error });
}

function madeOf(error: unknown): Thrown['made'] {
  if (error instanceof BatchError) return { class: 'batch', type: error.type };
  if (!(error instanceof GatewayError)) return null;
  const { kind, status, retryAfterMs, effect } = error;
  const details = {
    effect,
    ...(status !== undefined && { status }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return { class: 'gateway', kind, details };
}

function copyOf(error: unknown): unknown {
  try {
    const copy: unknown = structuredClone(error);
    if (copy instanceof Error || !(error instanceof Error)) return copy;
  } catch {
    // its cause can't be copied
  }
  return new Error(messageOf(error));
}
