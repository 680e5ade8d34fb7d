import { parentPort, workerData } from 'node:worker_threads';
import { BatchError } from '../../domain/batch-error';
import { checkRangeInMemory } from '../validate/checked-range';
import { readFilePiece } from './read-file-piece';
import type { RangeNews, RangeOrder, ThreadData } from './range-messages';

/** The program of a thread: validates the ranges it is given, one after the other. */
const data = workerData as ThreadData;

parentPort?.on('message', ({ range }: RangeOrder) => {
  const tell = (news: RangeNews) => parentPort?.postMessage(news);
  checkRangeInMemory({ ...data, range }, readFilePiece, (since) => tell({ kind: 'progress', since })).then(
    (checked) => tell({ kind: 'done', checked }),
    (error: unknown) => tell({ kind: 'failed', error, type: error instanceof BatchError ? error.type : null }),
  );
});
