import type { RequestBehaviour } from '../../scenario';
import { createRequestCheck } from './message-check';

/** Why the service refuses a row's request with INVALID_ARGUMENT, or `undefined` when it takes it. */
export type RowCheck = (request: unknown) => string | undefined;

const LONE_SURROGATE = /\p{Surrogate}/u;

export function createRowCheck(behaviour: RequestBehaviour): RowCheck {
  const check = createRequestCheck({
    loneValues: behaviour.loneValues ?? false,
    lowerCaseTypes: behaviour.lowerCaseTypes ?? true,
  });
  const refusesSurrogates = behaviour.loneSurrogates === 'refused';
  return (request) => {
    if (refusesSurrogates && hasLoneSurrogate(request)) return 'Request contains an invalid Unicode string.';
    return check(request)?.message;
  };
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return LONE_SURROGATE.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLoneSurrogate);
}
