import { workerData } from 'node:worker_threads';
import type { FileRange } from '../sources';
import { type CheckedRange, checkRangeInMemory, type RangeProgress } from '../validate/checked-range';
import { performOrders } from './perform-orders';
import type { ThreadData } from './range-messages';
import { readFilePiece } from './read-file-piece';

/** The program of a thread that validates ranges. */
performOrders<FileRange, CheckedRange>((tell) => {
  const data = workerData as ThreadData;
  const onProgress = (since: RangeProgress) => tell(since);
  return (range) => checkRangeInMemory({ ...data, range }, readFilePiece, onProgress);
});
