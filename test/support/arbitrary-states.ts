import * as fc from 'fast-check';
import { GONE, type JobScript } from './driven-jobs';

const PASSED_THROUGH = [
  'JOB_STATE_UNSPECIFIED',
  'JOB_STATE_QUEUED',
  'JOB_STATE_PENDING',
  'JOB_STATE_RUNNING',
  'JOB_STATE_UPDATING',
  'JOB_STATE_PAUSED',
  'JOB_STATE_CANCELLING',
  'JOB_STATE_HIBERNATING',
  GONE,
];

const ENDS = [
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_PARTIALLY_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_EXPIRED',
];

const stepTo = (states: readonly string[]) =>
  fc.record({ state: fc.constantFrom(...states), ms: fc.integer({ min: 1, max: 150 }) });

/** Any states in any order; about one job in four never ends by itself, and one in eight not by a cancel either. */
export const anyScript: fc.Arbitrary<JobScript> = fc
  .record({
    through: fc.array(stepTo(PASSED_THROUGH), { maxLength: 7 }),
    end: fc.option(stepTo(ENDS), { freq: 3 }),
    afterCancel: fc.option(stepTo(ENDS), { freq: 7 }),
  })
  .map(({ through, end, afterCancel }) => ({ steps: end === null ? through : [...through, end], afterCancel }));
