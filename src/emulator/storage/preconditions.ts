import { PreconditionFailed } from './blob-store';
import type { Blob, Preconditions } from './blob-store';

export function preconditionsHold(live: Blob | undefined, preconditions: Preconditions): boolean {
  const { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ifMetagenerationNotMatch } = preconditions;
  const generation = live?.generation ?? 0;
  return (
    (ifGenerationMatch === undefined || ifGenerationMatch === generation) &&
    (ifGenerationNotMatch === undefined || ifGenerationNotMatch !== generation) &&
    (ifMetagenerationMatch === undefined || ifMetagenerationMatch === live?.metageneration) &&
    (ifMetagenerationNotMatch === undefined || ifMetagenerationNotMatch !== live?.metageneration)
  );
}

/** @throws {PreconditionFailed} */
export function assertPreconditions(live: Blob | undefined, preconditions: Preconditions): void {
  if (preconditionsHold(live, preconditions)) return;
  throw new PreconditionFailed('At least one of the pre-conditions you specified did not hold.');
}
