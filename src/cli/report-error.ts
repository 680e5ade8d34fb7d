import { ServiceError } from '@temporalio/client';
import { VertexBatchCancelledError, VertexBatchError, VertexBatchFailedError } from '../client';
import { ConfigurationError } from '../config';
import { BatchError } from '../domain/batch-error';
import { GatewayError, type GatewayErrorKind } from '../gateways/gateway-error';
import { CommandError, EXIT, type ExitCode } from './exit-code';
import { missingPackageText } from './optional-packages';
import type { Output } from './output';
import { plain } from './text/plain';

/** Tells people what went wrong, and gives the exit code that tells programs. */
export function reportError(error: unknown, output: Output): ExitCode {
  const { exitCode, message } = verdictOn(error);
  if (message !== '') output.note(`${output.colors.red('error')}  ${plain(message)}`);
  return exitCode;
}

interface Verdict {
  readonly exitCode: ExitCode;
  readonly message: string;
}

function verdictOn(error: unknown): Verdict {
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
  if (error instanceof ConfigurationError) return { exitCode: EXIT.usage, message: error.message };
  if (error instanceof VertexBatchError)
    return { exitCode: clientExitCode(error), message: `${error.type}: ${error.message}` };
  if (error instanceof BatchError) return { exitCode: EXIT.usage, message: `${error.type}: ${error.message}` };
  if (error instanceof GatewayError) return { exitCode: GATEWAY[error.kind], message: error.message };
  if (error instanceof ServiceError) return serviceVerdict(error);
  const missing = missingPackageText(error);
  if (missing !== undefined) return { exitCode: EXIT.usage, message: missing };
  // a bug: the trace is what its report needs
  return { exitCode: EXIT.failed, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function clientExitCode(error: VertexBatchError): ExitCode {
  if (error.type === 'RunOpen') return EXIT.noAnswer;
  const isEnd = error instanceof VertexBatchFailedError || error instanceof VertexBatchCancelledError;
  return isEnd || error.type === 'RunTerminated' ? EXIT.failed : EXIT.usage;
}

const GATEWAY: Readonly<Record<GatewayErrorKind, ExitCode>> = {
  unavailable: EXIT.noAnswer,
  quota: EXIT.noAnswer,
  unauthenticated: EXIT.usage,
  permission: EXIT.usage,
  'not-found': EXIT.usage,
  precondition: EXIT.usage,
  'invalid-request': EXIT.usage,
};

/** gRPC codes that say no, rather than nothing: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED. */
const REFUSALS: ReadonlySet<unknown> = new Set([3, 5, 7, 16]);

function serviceVerdict(error: ServiceError): Verdict {
  const { code, details } = (error.cause ?? {}) as { code?: unknown; details?: unknown };
  const reason = typeof details === 'string' && details !== '' ? details : error.message;
  return REFUSALS.has(code)
    ? { exitCode: EXIT.usage, message: `Temporal says no: ${reason}` }
    : { exitCode: EXIT.noAnswer, message: `Temporal doesn't answer: ${reason}` };
}

/** Whether asking again later makes sense: Temporal wasn't reached, or not in time. */
export function isPassing(error: unknown): boolean {
  return error instanceof ServiceError && serviceVerdict(error).exitCode === EXIT.noAnswer;
}
