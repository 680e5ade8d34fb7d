import { hashOf } from '../seeded-random';
import { JobFailure } from './job-failure';

/** The agent that runs jobs may not write. Seen for objects; for tables the wording is made up after it. */
export function writeDenied(permission: string, uri: string): JobFailure {
  const agent = `service-${100_000_000_000 + (hashOf('agent') % 1_000_000)}@gcp-sa-aiplatform.iam.gserviceaccount.com`;
  return new JobFailure(
    7,
    `Service account ${agent} doesn't have sufficient permission "${permission}" to write ${uri}.`,
  );
}
