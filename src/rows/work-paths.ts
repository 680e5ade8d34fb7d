import type { ClaimReference, HandlerReference } from '../activities/contract';
import type { RunReference } from '../domain/accepted-request';
import { claimKey } from '../domain/claim-key';

/** Where an execution keeps what it made of the outputs for this handler and schema. */
export function handlerDirectory(run: RunReference, handler: HandlerReference | null): string {
  const made = handler === null ? 'none' : `${encodeURIComponent(handler.name)}-${handler.version}`;
  return `${run.directory}work/${run.execution}-${made}/`;
}

/** Where what was collected from one job lies; another job of the same round has another place. */
export function roundDirectory(work: string, part: number, round: number, jobName: string): string {
  return `${work}p${part}-r${round}-${jobName.slice(jobName.lastIndexOf('/') + 1)}/`;
}

/** Directory of the object at `uri`, with the slash. */
export function directoryOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

/** Output prefix of a claim's job, which the service writes below. */
export function claimOutputPrefix(run: RunReference, claim: ClaimReference): string {
  return `${run.directory}jobs/${claimKey(run.key, claim)}/`;
}

export function rangeRecordUri(roundUri: string, range: number): string {
  return `${roundUri}range-${String(range).padStart(5, '0')}.json`;
}

/** Where a handler's progress lies; it serves all executions. */
export function processedDirectory(run: Pick<RunReference, 'directory'>, handler: string): string {
  return `${run.directory}processed/${encodeURIComponent(handler)}/`;
}
