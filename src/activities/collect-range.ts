import type { Handlers } from '../define-handler';
import { commitOnce, findRecord, nonce, readJson } from '../rows/commits';
import { LineWriter } from '../rows/line-writer';
import { metadataOf } from '../rows/metadata';
import { loadPartIndex } from '../rows/part-index-stored';
import { readPlan } from '../rows/plan';
import { readRangeLines } from '../rows/ranges';
import type { CollectRecord, JobOutputs } from '../rows/records';
import { loadRequestHashes } from '../rows/request-hashes';
import { withScanner } from '../rows/skim/scanners';
import { directoryOf, rangeRecordUri } from '../rows/work-paths';
import { writtenOnce } from '../rows/written-once';
import type { Attempt, RowGateways } from './attempt';
import type { CollectedRange, CollectRangeInput } from './contract';
import { handlerOf } from './handler-of';
import { RangeCollector } from './range-collector';

/** Joins, classifies and writes the rows that begin in one range of a job's output, once. */
export async function collectRange(
  { store, handlers }: RowGateways & { readonly handlers: Handlers },
  input: CollectRangeInput,
  attempt: Attempt,
): Promise<CollectedRange> {
  const { signal } = attempt;
  const roundUri = directoryOf(input.outputsUri);
  const recordUri = rangeRecordUri(roundUri, input.range);
  const standing = await findRecord<CollectRecord>(store, recordUri, { signal });
  if (standing !== undefined) return summaryOf(standing);

  const handler = input.handler === null ? null : handlerOf(handlers, input.handler.name);
  const { planUri, outputsUri, run } = input;
  const plan = await writtenOnce(store, run.execution, planUri, () => readPlan(store, planUri, { signal }));
  const outputs = await writtenOnce(store, run.execution, outputsUri, () =>
    readJson<JobOutputs>(store, outputsUri, { signal }),
  );
  const range = outputs.ranges[input.range];
  const file = range && outputs.files[range.file];
  if (!range || !file) throw new RangeError(`${input.outputsUri} has no range ${input.range}`);

  const index = await loadPartIndex(store, plan, input.part);
  return await withScanner(async (scanner) => {
    const collector = new RangeCollector({
      scanner,
      index,
      round: input.round,
      schema: handler?.schema ? { name: input.handler?.name ?? '', schema: handler.schema } : null,
      hashes: () => loadRequestHashes(store, plan, input.part, index, { signal, log: attempt.log }),
      metadata: (row) => metadataOf(store, index, plan.keys.field, row, { signal, log: attempt.log }),
      newWriter: (what) => new LineWriter(store, `${recordUri.slice(0, -'.json'.length)}-${nonce()}-${what}.jsonl`),
    });
    try {
      for await (const line of readRangeLines(store, file, range, { signal })) {
        signal.throwIfAborted();
        attempt.heartbeat();
        await collector.add(line, range.file, file, outputs.endedWell);
      }
      const { record } = await commitOnce(store, recordUri, await collector.close(), { signal });
      return summaryOf(record);
    } finally {
      await collector.abandon();
    }
  });
}

function summaryOf({ rows, answered, blocked, failed }: CollectRecord): CollectedRange {
  return { rows, answered, blocked, failed };
}
